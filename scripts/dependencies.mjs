import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { exitCode, root } from './run.mjs'

/** The benchmarks' peers have packages of their own, which a clone does without. */
export const peers = `${root}/bench/peers`

const stampOf = (folder) => `${folder}/node_modules/.hubs-lock`
const lockOf = (folder) => `${folder}/package-lock.json`
const hashOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex')

/** Whether node_modules is what the lock says. */
export function areInstalled(folder = root) {
  /** What npm itself leaves behind after an installation. */
  const installed = `${folder}/node_modules/.package-lock.json`
  const stamp = stampOf(folder)
  const lock = lockOf(folder)
  if (!existsSync(installed)) return false
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(installed).mtimeMs) {
    return readFileSync(stamp, 'utf8') === hashOf(lock)
  }
  // Somebody ran npm directly: believe it when it ran after the lock came.
  return statSync(installed).mtimeMs >= statSync(lock).mtimeMs
}

export function markInstalled(folder = root) {
  writeFileSync(stampOf(folder), hashOf(lockOf(folder)))
}

/** Installs the locked dependencies if they are missing or others; ends this process when npm cannot. */
export async function installDependencies() {
  if (!(await install(root))) process.exit(1)
}

/** The same for the benchmarks' peers. Throws when npm cannot: the benchmarks do without them then. */
export async function installPeers() {
  if (!(await install(peers))) throw new Error('npm ci in bench/peers failed')
}

async function install(folder) {
  if (!areInstalled(folder)) {
    console.log(`Installing dependencies${folder === root ? '' : ` of ${relative(root, folder)}`}`)
    // Building takes those of development, which npm leaves out where NODE_ENV says production.
    const ci = ['ci', '--include=dev', '--prefix', folder]
    if ((await exitCode(npm[0], [...npm.slice(1), ...ci])) !== 0) return false
  }
  if (!existsSync(stampOf(folder))) markInstalled(folder)
  return true
}

/** npm as it was called, else the one on the PATH. */
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
