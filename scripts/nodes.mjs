// Starts the product on each Node that package.json allows, has it serve and ends it: npm run nodes. With names, on
// those: -- 22. With --unit, runs the unit tests there too.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { build, isBuilt } from './build.mjs'
import { installDependencies } from './dependencies.mjs'
import { exitCode, root } from './run.mjs'

const asked = process.argv.slice(2).filter((word) => word !== '--unit')
const withTests = process.argv.includes('--unit')
const versions = asked.length > 0 ? asked : ['20', '22', '24']
const home = mkdtempSync(join(tmpdir(), 'hubs-nodes-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))

/** The program of that Node, from npm's package of it. */
async function install(version) {
  const folder = join(home, version)
  const code = await exitCode('npm', [
    'install',
    '--prefix',
    folder,
    '--no-save',
    '--silent',
    `node@${version}`,
  ])
  if (code !== 0) throw new Error(`npm has no node@${version} for this machine`)
  return join(folder, 'node_modules/node/bin/node')
}

/** First start, a page, an orderly end: what all of it says, if something is wrong. */
async function startsAndEnds(program, version) {
  const data = join(home, `data-${version}`)
  const child = spawn(program, ['dist/main.js'], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', PORT: '0', HUBS_DATA: data, HUBS_DRAIN_SECONDS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exit = once(child, 'exit')
  let said = ''
  let complaints = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (complaints += text))
  const address = () => /Hubs is ready at (http:\/\/[^\s"]+)/.exec(said)?.[1]
  while (!address() && child.exitCode === null) await wait(100)
  const status = await fetch(`${address()}/welcome`).then(
    (page) => page.status,
    (error) => error.message,
  )
  child.kill('SIGTERM')
  const [code] = await exit
  if (status === 200 && code === 0 && complaints === '') return undefined
  return `/welcome answered ${status}, it ended with ${code}; on standard error: ${complaints.slice(0, 2000)}`
}

await installDependencies()
if (!isBuilt()) await build()
let failed = 0
for (const version of versions) {
  const program = await install(version)
  console.log(`\n=== Node ${version}`)
  if ((await exitCode(program, ['--version'])) !== 0) process.exit(1)
  const fault = await startsAndEnds(program, version)
  console.log(fault ?? 'starts, serves a page and ends when told to, with nothing on standard error')
  const unit = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', '--reporter=dot']
  const tests = withTests ? await exitCode(program, unit) : 0
  if (fault !== undefined || tests !== 0) failed++
}
console.log(`\n${versions.length - failed} passed, ${failed} failed`)
process.exit(failed === 0 ? 0 : 1)
