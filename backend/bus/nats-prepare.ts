import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import { BusAway } from './bus.ts'
import { SILENCE } from './nats-silence.ts'
import { type NatsNames, prepareStreams } from './nats-streams.ts'

/**
 * Milliseconds for which a stream that is gone stays so: the server may still be at deleting its files, and takes those
 * of a new one with them; and by then no pull is left that would take a message of the new one for one of the old.
 */
const GONE_FOR = SILENCE + 1_000

/** A connection on which our streams and consumer are as we need them. */
export interface PreparedStreams {
  readonly connection: NatsConnection
  readonly client: JetStreamClient
  readonly manager: JetStreamManager
  /** Name and birth of the stream, for a stream made anew counts from 1 again. */
  readonly stream: string
}

/** Prepares each connection. @throws BusAway while a stream that was deleted is not to be made anew yet */
export function streamPreparer(options: {
  readonly names: NatsNames
  readonly maxAge: number
  readonly maxBytes: number
  readonly ackWait: number
}): (connection: NatsConnection) => Promise<PreparedStreams> {
  let goneAt: number | undefined

  function deleted(): void {
    goneAt ??= performance.now()
    if (performance.now() - goneAt < GONE_FOR)
      throw new BusAway('The stream HUBS is gone from NATS; it is made anew in some seconds.')
  }

  return async (connection) => {
    const manager = await jetstreamManager(connection)
    const { created } = await prepareStreams(manager, { ...options, deleted })
    goneAt = undefined
    const stream = `${options.names.stream}-${Date.parse(created).toString(36)}`
    return { connection, client: jetstream(connection), manager, stream }
  }
}
