import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import { root, run } from './run.mjs'

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

/** Installs the locked dependencies if they are missing or others. */
export async function installDependencies(folder = root) {
  if (!areInstalled(folder)) {
    console.log(
      folder === root ? 'Installing dependencies' : `Installing dependencies of ${relative(root, folder)}`,
    )
    await run(npm[0], [...npm.slice(1), 'ci', '--prefix', folder])
  }
  if (!existsSync(stampOf(folder))) markInstalled(folder)
}

/** npm as it was called, else the one on the PATH. */
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
