// Starts the product from a clone, first installing and building what is missing. Uses nothing but Node.
import { spawn } from 'node:child_process'
import { installDependencies } from './dependencies.mjs'
import { whenParentGone } from './parent.mjs'
import { root } from './run.mjs'

const [major, minor] = process.versions.node.split('.').map(Number)
// As `engines` of package.json has it.
if (!(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
  console.error(`Hubs needs Node 22.12 or newer, or 20.19; this is ${process.versions.node}.`)
  process.exit(1)
}

await installDependencies()
const { build, isBuilt } = await import('./build.mjs')
if (!isBuilt()) {
  console.log('Building')
  await build()
}

// A group of its own: Ctrl-C reaches all processes of a terminal's group and npm passes it on as well, and a second
// interrupt means "at once". So signals go through here, each once.
const child = spawn(
  process.execPath,
  ['--max-semi-space-size=32', `${root}/dist/main.js`, ...process.argv.slice(2)],
  {
    stdio: 'inherit',
    detached: true,
  },
)
const sent = new Map()
function pass(signal) {
  if (Date.now() - (sent.get(signal) ?? 0) < 500) return
  sent.set(signal, Date.now())
  child.kill(signal)
}
process.on('SIGINT', () => pass('SIGINT'))
process.on('SIGTERM', () => pass('SIGTERM'))
// A closed terminal is no reason to drop what is under way.
process.on('SIGHUP', () => pass('SIGTERM'))

whenParentGone(() => pass('SIGTERM'))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
