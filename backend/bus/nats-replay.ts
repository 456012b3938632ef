import { AckPolicy, DeliverPolicy } from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { type Bus, BusAway } from './bus.ts'
import { parseNatsMessage } from './nats-delivery.ts'
import type { NatsLink } from './nats-link.ts'
import type { PreparedStreams } from './nats-prepare.ts'
import { natsPull } from './nats-pull.ts'
import type { NatsNames } from './nats-streams.ts'

const BATCH = 500

/** By a consumer of its own, so that it takes nothing from others. */
export function natsReplay(
  link: Pick<NatsLink<PreparedStreams>, 'use'>,
  names: NatsNames,
  log: Pick<Logger, 'warn'>,
): Bus['replay'] {
  const begin = (time: number) =>
    link.use(async (prepared) => {
      const { state } = await prepared.manager.streams.info(names.stream)
      const consumer = await prepared.manager.consumers.add(names.stream, {
        ack_policy: AckPolicy.None,
        deliver_policy: DeliverPolicy.StartTime,
        opt_start_time: new Date(time).toISOString(),
        inactive_threshold: nanos(60_000),
        mem_storage: true,
      })
      return { ...prepared, last: state.last_seq, consumer }
    })
  const ended = (reason: string) => log.warn({ reason }, 'A replay from NATS ended early')

  return async function* (time, signal) {
    const { connection, manager, stream, last, consumer } = await begin(time)
    try {
      if (consumer.num_pending === 0) return
      const pulled = { stream: names.stream, name: consumer.name }
      for await (const batch of natsPull(connection, pulled, { max: BATCH, signal, ended })) {
        const messages = batch.map((message) => parseNatsMessage(message, stream, names.subject))
        const asked = messages.filter(({ sequence }) => sequence <= last)
        if (asked.length > 0) yield asked
        const newest = messages.at(-1)
        if (!newest || newest.sequence >= last || newest.pending === 0) return
      }
      if (!signal.aborted) throw new BusAway('NATS went away in the middle of a replay.')
    } finally {
      manager.consumers.delete(names.stream, consumer.name).catch(() => {})
    }
  }
}
