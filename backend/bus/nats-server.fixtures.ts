import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { pino } from 'pino'
import { expect, onTestFinished } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import type { Bus, Message, StoredMessage } from './bus.ts'
import { natsBus } from './nats-bus.ts'
import { SILENCE } from './nats-silence.ts'

export const log = pino({ level: 'silent' })
/** Milliseconds of silence after which a pull is taken to be dead, and a little. */
export const LONGER_THAN_SILENCE = SILENCE + 1_500

/** A server of the test's own, a bus on it, and another client beside it. */
export async function openNats({ ackWait = 500 } = {}) {
  const server = await startNats()
  const bus = natsBus({ url: server.url, log, ackWait })
  await bus.through()
  const stop = new AbortController()
  const connection = await connect({ servers: server.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 })
  const manager = await jetstreamManager(connection)
  onTestFinished(async () => {
    stop.abort()
    await bus.close()
    await connection.close()
    await server.stop()
  })
  const read = (max = 100) => bus.consume({ max, signal: stop.signal })[Symbol.asyncIterator]()
  return { server, bus, stop, connection, manager, read }
}

export const numbered = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, index) => ({
    topic: 'a.b',
    id: `${prefix}${index}`,
    body: `${prefix}${index}`,
  }))

export const text = (delivery: StoredMessage) => new TextDecoder().decode(delivery.body)

/** Publishes until the bus takes it, as a publisher with a spool does. */
export async function publishInTheEnd(bus: Bus, messages: readonly Message[]): Promise<void> {
  await expect
    .poll(
      () =>
        bus.publish(messages).then(
          () => true,
          (error) => error.code,
        ),
      { timeout: 60_000 },
    )
    .toBe(true)
}
