import { chmod, lstat, mkdir, readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What a file's mode lets its group and everybody else do. */
const OTHERS = 0o077
const GROUP = 0o070

/** Numbers of users; absent where the system has none. */
const self = (): number | undefined => process.getuid?.()

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() ?? false

/** Makes the data folder, if there is none, for this user alone. @throws Error in words */
export async function makePrivateFolder(folder: string): Promise<void> {
  await makeWithThoseAbove(folder).catch((cause: Error) => {
    throw new Error(
      `HUBS_DATA (${folder}) cannot be made (${cause.message}). Set it to a folder that this user may make, or to one that is there.`,
      { cause },
    )
  })
}

/** Node's own way to do so never ends where the system says of a folder that is there that it is not, as of all below /proc. */
async function makeWithThoseAbove(folder: string): Promise<void> {
  if (await isFolder(folder)) return
  const above = dirname(folder)
  if (above !== folder) await makeWithThoseAbove(above)
  await mkdir(folder, { mode: 0o700 }).catch(async (error: unknown) => {
    // Another process may have been faster.
    if (!(await isFolder(folder))) throw error
  })
}

/**
 * Sees to it that `folder` is for this user alone, if it exists: the database, the secret and the control socket are
 * in it. Root may have put it there for us, and then a group may be how we get in (Kubernetes' `fsGroup`). What
 * stands above the folder is not looked at.
 * @throws Error with the command to run when others may enter it, or when it belongs to somebody else.
 */
export async function refuseOthers(folder: string): Promise<void> {
  const user = self()
  const found = await stat(folder).catch(() => undefined)
  if (user === undefined || !found?.isDirectory()) return
  const mode = (found.mode & 0o7777).toString(8).padStart(4, '0')
  const elsewhere = 'set HUBS_DATA to a folder below it, which Hubs then makes'
  const because = 'It holds the database and the secret, which are for this user alone.'
  if (user !== 0 && found.uid !== user && found.uid !== 0) {
    throw new Error(
      `HUBS_DATA (${folder}) belongs to another user (${found.uid}, this is ${user}). ${because} Run: chown -R ${user} ${folder} && chmod 700 ${folder}, or ${elsewhere}.`,
    )
  }
  const forbidden = found.uid === user ? OTHERS : OTHERS & ~GROUP
  if ((found.mode & forbidden) === 0) return
  const remedy =
    user === 0 || found.uid === user
      ? `Run: chmod 700 ${folder}`
      : `Run as root: chmod o= ${folder}, or ${elsewhere}`
  throw new Error(
    `Other users of this machine may enter HUBS_DATA (${folder}, mode ${mode}). ${because} ${remedy}.`,
  )
}

/** Takes from everybody else what is in `folder`: an older version, a copy or the embedded database left it open. */
export async function takeFromOthers(folder: string): Promise<void> {
  if (self() === undefined) return
  const names = await readdir(folder, { recursive: true })
  for (const name of names) {
    const path = join(folder, name)
    const found = await lstat(path).catch(() => undefined)
    // A link's own mode means nothing, and what it leads to is not ours to change.
    if (!found || found.isSymbolicLink() || (found.mode & OTHERS) === 0) continue
    if (self() === 0 || found.uid === self()) await chmod(path, found.mode & 0o7777 & ~OTHERS)
  }
}
