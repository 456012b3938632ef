import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { answers } from './answers.ts'
import { wanted } from './locate.ts'
import type { Server, ServerKind } from './server.ts'
import { startServer } from './start-server.ts'

const nats: ServerKind = {
  name: 'nats',
  wanted: wanted.nats,
  port: 4222,
  containerArgs: ['-js'],
  url: (port) => `nats://127.0.0.1:${port}`,
  command: (port, folder) => ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder],
  answers: (port) => answers(port, '', 'INFO '),
  async wipe(url) {
    const connection = await connect({ servers: url })
    const manager = await jetstreamManager(connection)
    for await (const { config } of manager.streams.list()) await manager.streams.delete(config.name)
    await connection.close()
  },
}

const plain: ServerKind = {
  ...nats,
  containerArgs: [],
  command: (port) => ['-a', '127.0.0.1', '-p', String(port)],
}

/** One that lets nobody in without that password, of the user `hubs`. */
const closed = (password: string): ServerKind => {
  const words = ['--user', 'hubs', '--pass', password]
  return {
    ...nats,
    containerArgs: [...nats.containerArgs, ...words],
    command: (port, folder) => [...nats.command(port, folder), ...words],
  }
}

/** With files in its folder, one of them `nats.conf`. Only a process of ours: a container would not see them. */
const configured = (files: Readonly<Record<string, string>>): ServerKind => ({
  ...nats,
  command: (port, folder) => [...nats.command(port, folder), '-c', join(folder, 'nats.conf')],
  async prepare(_program, folder) {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  },
})

/** With JetStream on unless told otherwise; what it acknowledged is on disk, so that `kill` loses nothing. */
export function startNats({
  jetstream = true,
  password,
  files,
}: {
  readonly jetstream?: boolean
  readonly password?: string
  readonly files?: Readonly<Record<string, string>>
} = {}): Promise<Server> {
  if (files) return startServer(configured(files))
  if (password) return startServer(closed(password))
  return startServer(jetstream ? nats : plain)
}
