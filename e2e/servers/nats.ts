import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { answers } from './answers.ts'
import { wanted } from './locate.ts'
import { type Kind, type Server, startServer } from './server.ts'

const nats: Kind = {
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

const plain: Kind = { ...nats, containerArgs: [], command: (port) => ['-a', '127.0.0.1', '-p', String(port)] }

/** One that lets nobody in without that password, of the user `hubs`. */
const closed = (password: string): Kind => {
  const words = ['--user', 'hubs', '--pass', password]
  return {
    ...nats,
    containerArgs: [...nats.containerArgs, ...words],
    command: (port, folder) => [...nats.command(port, folder), ...words],
  }
}

/** With JetStream on unless told otherwise; what it acknowledged is on disk, so that `kill` loses nothing. */
export const startNats = ({
  jetstream = true,
  password,
}: {
  readonly jetstream?: boolean
  readonly password?: string
} = {}): Promise<Server> => startServer(password ? closed(password) : jetstream ? nats : plain)
