import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { root, run } from './run.mjs'

const stamp = `${root}/node_modules/.hubs-lock`
/** What npm itself leaves behind after an installation. */
const installed = `${root}/node_modules/.package-lock.json`
const lock = `${root}/package-lock.json`

const hashOfLock = () => createHash('sha256').update(readFileSync(lock)).digest('hex')

/** Whether node_modules is what the lock says. */
export function areInstalled() {
  if (!existsSync(installed)) return false
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(installed).mtimeMs) {
    return readFileSync(stamp, 'utf8') === hashOfLock()
  }
  // Somebody ran npm directly: believe it when it ran after the lock came.
  return statSync(installed).mtimeMs >= statSync(lock).mtimeMs
}

export function markInstalled() {
  writeFileSync(stamp, hashOfLock())
}

/** Installs the locked dependencies if they are missing or others. */
export async function installDependencies() {
  if (!areInstalled()) {
    console.log('Installing dependencies')
    await run(npm[0], [...npm.slice(1), 'ci'])
  }
  if (!existsSync(stamp)) markInstalled()
}

/** npm as it was called, else the one on the PATH. */
const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm']
