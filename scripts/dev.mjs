// Runs the product from its sources and starts it again when the server half changes; Next swaps views by itself.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { installDependencies } from './dependencies.mjs'
import { whenParentGone } from './parent.mjs'
import { root } from './run.mjs'

await installDependencies()

/** Views are .tsx; tests and their fixtures are not loaded by the program. */
const isServerHalf = (name) => /\.(ts|sql)$/.test(name ?? '') && !/\.(test|fixtures)\.ts$/.test(name)

let restarting = false
let ending = false
let child = launch()

function launch() {
  const started = spawn(
    process.execPath,
    ['--import', 'tsx', 'backend/main.ts', '--dev', ...process.argv.slice(2)],
    {
      cwd: root,
      stdio: 'inherit',
      detached: true,
      env: { HUBS_DRAIN_SECONDS: '0', ...process.env },
    },
  )
  started.on('exit', (code) => {
    if (!restarting && !ending) console.log(`Ended with ${code}; waiting for a change`)
  })
  return started
}

async function end() {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exit
  clearTimeout(late)
}

async function restart(name) {
  if (restarting || ending) return
  restarting = true
  // One save often touches several files.
  await delay(100)
  console.log(`${name} changed, starting again`)
  await end()
  restarting = false
  if (!ending) child = launch()
}

for (const folder of ['backend', 'contract', 'drizzle', 'sources', 'widgets']) {
  watch(`${root}/${folder}`, { recursive: true }, (_, name) => {
    if (isServerHalf(name)) void restart(`${folder}/${name}`)
  })
}
async function endAll() {
  if (ending) return
  ending = true
  await end()
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, endAll)
whenParentGone(endAll)
