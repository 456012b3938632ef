import { setTimeout as delay } from 'node:timers/promises'
import {
  AckPolicy,
  DeliverPolicy,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
} from '@nats-io/jetstream'
import { headers, type NatsConnection, nanos, type Payload } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { ACK_WAIT, type Bus, BusAway, type DeliveredMessage, type Message, type PublishAck } from './bus.ts'
import { messageId } from './message-id.ts'
import type { NatsAccess } from './nats-access.ts'
import { natsDeadLetters } from './nats-dead-letters.ts'
import { type NatsMessage, parseNatsMessage } from './nats-delivery.ts'
import { natsLink } from './nats-link.ts'
import { natsLosses } from './nats-losses.ts'
import { natsPull, SILENCE } from './nats-pull.ts'
import { natsNames, prepareStreams } from './nats-streams.ts'

const DAY = 86_400_000
const REPLAY_BATCH = 500
/** Acknowledgements kept for the next connection. */
const UNSENT = 10_000
/** Milliseconds for which acknowledgements wait for others: nobody waits for them, and each flush is a system call. */
const ACK_EVERY = 2
/** Milliseconds between two pulls, the longer the oftener one ends soon. */
const REST = { first: 100, most: 5_000 }
/** Milliseconds a pull lasts that did not end soon. */
const LASTING = SILENCE

/**
 * Milliseconds for which a stream that is gone stays so: the server may still be at deleting its files, and takes those
 * of a new one with them; and by then no pull is left that would take a message of the new one for one of the old.
 */
const GONE_FOR = SILENCE + 1_000

/** Bytes, so that it is not encoded for each message. */
const ACK = new TextEncoder().encode('+ACK')

interface Session {
  readonly connection: NatsConnection
  readonly client: JetStreamClient
  readonly manager: JetStreamManager
  /** Name and birth of the stream, for a stream made anew counts from 1 again. */
  readonly stream: string
}

/**
 * The bus on NATS JetStream: stream `HUBS` with subjects `events.` and the topic, which others may publish to as well,
 * and `HUBS_DEAD` for what was put aside. Opens at once and connects behind the scenes. Times in milliseconds.
 */
export function natsBus(options: {
  /** One or more servers, separated by commas. */
  readonly url: string
  readonly log: Pick<Logger, 'debug' | 'warn'>
  readonly name?: string
  /** Before the names of streams and subjects: several installations may share a JetStream. */
  readonly prefix?: string | undefined
  readonly access?: NatsAccess | undefined
  /** How long messages are kept; default 7 days. */
  readonly maxAge?: number
  /** Bytes kept; beyond them the oldest messages go, handled or not. */
  readonly maxBytes?: number
  readonly ackWait?: number
}): Bus {
  const {
    url,
    log,
    name = 'hubs',
    prefix,
    access,
    maxAge = 7 * DAY,
    maxBytes = 2 * 1024 ** 3,
    ackWait = ACK_WAIT,
  } = options
  const names = natsNames(prefix)
  /** By reply subject: the bus knows a message by that alone, on whatever connection. */
  const unsent = new Map<string, { readonly payload: Payload; readonly stream: string }>()
  let done: { readonly reply: string; readonly stream: string }[] = []
  let goneAt: number | undefined
  let losses = { stream: '', ...natsLosses() }
  const link = natsLink<Session>({
    url,
    access,
    name,
    log,
    async prepare(connection) {
      const manager = await jetstreamManager(connection)
      const { created } = await prepareStreams(manager, { names, maxAge, maxBytes, ackWait, deleted })
      goneAt = undefined
      const stream = `${names.stream}-${Date.parse(created).toString(36)}`
      for (const [reply, { payload, stream: of }] of unsent)
        if (of === stream) connection.publish(reply, payload)
      unsent.clear()
      return { connection, client: jetstream(connection), manager, stream }
    },
  })

  function deleted(): void {
    goneAt ??= performance.now()
    if (performance.now() - goneAt < GONE_FOR)
      throw new BusAway('The stream HUBS is gone from NATS; it is made anew in some seconds.')
  }

  /** Whether it is told, or nobody is to know any more: a stream made anew counts from 1 again. */
  function answer(reply: string, payload: Payload, of: string): boolean {
    const session = link.current()
    if (!session || session.connection.isClosed()) return false
    if (session.stream === of) session.connection.publish(reply, payload)
    return true
  }

  function settle(reply: string, payload: Payload, stream: string): void {
    if (!answer(reply, payload, stream) && unsent.size < UNSENT) unsent.set(reply, { payload, stream })
  }

  function acknowledge(): void {
    const all = done
    done = []
    for (const { reply, stream } of all) settle(reply, ACK, stream)
  }

  /** Written out: one is made for each message, and copying what is left of an object costs more than all else here. */
  function delivery({
    topic,
    body,
    stream,
    deliveries,
    sequence,
    time,
    reply,
    original,
  }: NatsMessage): DeliveredMessage {
    return {
      topic,
      body,
      stream,
      deliveries,
      sequence,
      time,
      original,
      ack() {
        if (done.push({ reply, stream }) === 1) setTimeout(acknowledge, ACK_EVERY)
      },
      working: () => void answer(reply, '+WPI', stream),
      async deadLetter(reason) {
        const about = headers()
        // Those of the message too, which may hold all of an event but its data.
        for (const [name, values] of original.headers ?? [])
          if (!name.startsWith('Nats-')) for (const value of values) about.append(name, value)
        about.set('Hubs-Reason', reason.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1000))
        about.set('Hubs-Stream', stream)
        about.set('Hubs-Sequence', String(sequence))
        about.set('Hubs-Time', new Date(time).toISOString())
        const msgID = `dlq:${stream}:${sequence}`
        await link.use(({ client }) =>
          client.publish(names.deadSubject + topic, body, { msgID, headers: about }),
        )
        settle(reply, '+TERM', stream)
      },
    }
  }

  /** What is gone from the stream before anybody was given it. A stream made anew has lost nothing yet. */
  async function lossesOf({ manager, stream }: Session): Promise<number> {
    if (losses.stream !== stream) losses = { stream, ...natsLosses() }
    const consumer = await manager.consumers.info(names.stream, names.consumer)
    const { state } = await manager.streams.info(names.stream)
    return losses.begin(consumer, state)
  }

  async function publishOne({ client, manager }: Session, message: Message): Promise<PublishAck> {
    const { topic, body, id } = message
    const stored = await client.publish(names.subject + topic, body, { msgID: messageId(id) })
    if (!stored.duplicate) return { duplicate: false }
    // The server knows the id alone; the message it belongs to tells the rest.
    const first = await manager.streams.getMessage(names.stream, { seq: stored.seq })
    if (first) return { duplicate: true, stored: first.data }
    // It is no more, so that nothing stands for this one: an event is logged once however often it comes.
    await client.publish(names.subject + topic, body)
    return { duplicate: false }
  }

  return {
    publish: (messages) =>
      link.use((session) => Promise.all(messages.map((message) => publishOne(session, message)))),

    async *consume({ max, signal, lost }) {
      for (let rest = REST.first; ; ) {
        const session = await link.ready(signal)
        if (!session) return
        const { connection, stream } = session
        const began = performance.now()
        const ended = (reason: string) => log.warn({ reason }, 'The pull from NATS ended; pulling again')
        const before = await lossesOf(session).catch(() => 0)
        if (before > 0) await lost?.(before)
        for await (const batch of natsPull(
          connection,
          { stream: names.stream, name: names.consumer },
          { max, signal, ended },
        )) {
          const messages = batch.map((message) => parseNatsMessage(message, stream, names.subject))
          const passed = losses.passedOver(messages)
          if (passed > 0) await lost?.(passed)
          const given = performance.now()
          yield messages.map(delivery)
          // Stream and consumer may be others by now.
          if (performance.now() - given >= SILENCE) break
        }
        if (signal.aborted) return
        // Whatever ended it may still hold: not a thousand times a second.
        rest = performance.now() - began < LASTING ? Math.min(rest * 2, REST.most) : REST.first
        await delay(rest / 2, undefined, { signal }).catch(() => {})
        await link
          .renew()
          .catch((error) => log.warn({ err: error }, 'The stream HUBS could not be prepared again'))
      }
    },

    through: () =>
      link.use(async ({ manager }) => {
        const asked = Date.now()
        const { ack_floor, num_pending, num_ack_pending, config } = await manager.consumers.info(
          names.stream,
          names.consumer,
        )
        // A process of another version has prepared it since.
        if (config.ack_wait !== nanos(ackWait)) void link.renew().catch(() => {})
        if (num_pending === 0 && num_ack_pending === 0) return asked
        const next = { seq: ack_floor.stream_seq + 1, next_by_subj: `${names.subject}>` }
        const first = await manager.streams.getMessage(names.stream, next)
        return first ? first.time.getTime() - 1 : asked
      }),

    async *replay(time, signal) {
      const { session, last, consumer } = await link.use(async (session) => {
        const { state } = await session.manager.streams.info(names.stream)
        const consumer = await session.manager.consumers.add(names.stream, {
          ack_policy: AckPolicy.None,
          deliver_policy: DeliverPolicy.StartTime,
          opt_start_time: new Date(time).toISOString(),
          inactive_threshold: nanos(60_000),
          mem_storage: true,
        })
        return { session, last: state.last_seq, consumer }
      })
      const { connection, stream, manager } = session
      try {
        if (consumer.num_pending === 0) return
        const place = { stream: names.stream, name: consumer.name }
        const ended = (reason: string) => log.warn({ reason }, 'A replay from NATS ended early')
        for await (const batch of natsPull(connection, place, { max: REPLAY_BATCH, signal, ended })) {
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
    },

    dead: natsDeadLetters(link, names),

    async close() {
      acknowledge()
      await link.close()
    },
  }
}
