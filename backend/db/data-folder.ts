import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import type { Server } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type Control, connectTo, listenAt, serveControl } from './control-socket.ts'
import { makePrivateFolder, refuseOthers, takeFromOthers } from './private-folder.ts'

/** `HUBS_DATA`, held by this process until it ends, however it ends. */
export interface DataFolder {
  /** Answers other processes of this user on `control.sock`. */
  serve(control: Control): Promise<void>
  release(): Promise<void>
}

/** Another process holds the folder. Told by `code`. */
export class DataFolderTaken extends Error {
  readonly code = 'data-folder-taken'
  constructor(folder: string, holder: string) {
    super(
      `HUBS_DATA (${folder}) is in use by the process ${holder}. Stop that one, or set HUBS_DATA to another folder.`,
    )
    this.name = 'DataFolderTaken'
  }
}

export const controlPath = (dataDir: string): string => join(resolve(dataDir), 'control.sock')

const ATTEMPTS = 5

/**
 * Takes the folder for this process alone: two on one embedded database lose rows without an error.
 *
 * Each process that wants it listens on a socket of a name of its own and then looks at the others' names. Whoever sees
 * nobody else alive has it: of two, the one that listened later sees the other. A socket nobody listens on is of a dead
 * process; its name is never used again, so removing it can take nothing from a live one.
 * @throws DataFolderTaken, or an Error in words when the folder is not for this user alone or cannot hold sockets
 */
export async function holdDataFolder(dataDir: string): Promise<DataFolder> {
  const folder = resolve(dataDir)
  await makePrivateFolder(folder)
  await refuseOthers(folder)
  for (let attempt = 1; ; attempt++) {
    const name = `owner-${process.pid}-${randomBytes(4).toString('hex')}.sock`
    const claim = await listenAt(join(folder, name), (socket) => socket.destroy())
    const holder = await anotherAlive(folder, name)
    if (holder === undefined) {
      await takeFromOthers(folder)
      return held(folder, claim)
    }
    await closed(claim)
    if (attempt === ATTEMPTS) throw new DataFolderTaken(folder, holder)
    // Two that came at the same time have both stepped back.
    await wait(50 + Math.random() * 200)
  }
}

/** Process id of another that holds or wants the folder. */
async function anotherAlive(folder: string, own: string): Promise<string | undefined> {
  for (const name of await readdir(folder)) {
    const pid = /^owner-(\d+)-\w+\.sock$/.exec(name)?.[1]
    if (pid === undefined || name === own) continue
    const socket = await connectTo(join(folder, name)).catch((error: unknown) => {
      throw new DataFolderTaken(
        folder,
        `${pid}, which does not let us ask (${(error as { code?: unknown }).code})`,
      )
    })
    if (socket) {
      socket.destroy()
      return pid
    }
    await rm(join(folder, name), { force: true })
  }
  return undefined
}

function held(folder: string, claim: Server): DataFolder {
  let control: Server | undefined
  return {
    async serve(answer) {
      const path = controlPath(folder)
      // Ours to remove: no other process holds the folder.
      await rm(path, { force: true })
      control = await serveControl(path, answer)
    },
    async release() {
      // In this order, for closing removes `control.sock` by name.
      if (control) await closed(control)
      await closed(claim)
    },
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((done) => server.close(() => done()))
}
