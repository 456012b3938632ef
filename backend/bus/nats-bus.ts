import { nanos } from '@nats-io/transport-node'
import type { Logger } from 'pino'
import { ACK_WAIT, type Bus, type Message, type PublishAck } from './bus.ts'
import { messageId } from './message-id.ts'
import type { NatsAccess } from './nats-access.ts'
import { natsAcks } from './nats-acks.ts'
import { natsConsume } from './nats-consume.ts'
import { natsDeadLetters } from './nats-dead-letters.ts'
import { deliveredMessages } from './nats-delivered.ts'
import { natsLink } from './nats-link.ts'
import { type PreparedStreams, streamPreparer } from './nats-prepare.ts'
import { natsReplay } from './nats-replay.ts'
import { type NatsNames, natsNames } from './nats-streams.ts'

const DAY = 86_400_000

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
  const { url, log, name = 'hubs', prefix, access } = options
  const { maxAge = 7 * DAY, maxBytes = 2 * 1024 ** 3, ackWait = ACK_WAIT } = options
  const names = natsNames(prefix)
  const prepareStreams = streamPreparer({ names, maxAge, maxBytes, ackWait })
  const acks = natsAcks(() => link.current())
  const link = natsLink<PreparedStreams>({
    ...{ url, access, name, log },
    async prepare(connection) {
      const prepared = await prepareStreams(connection)
      acks.resend(connection, prepared.stream)
      return prepared
    },
  })
  const delivered = deliveredMessages({ link, acks, deadSubject: names.deadSubject })

  return {
    publish: (messages) =>
      link.use((prepared) => Promise.all(messages.map((message) => publish(prepared, names, message)))),
    consume: natsConsume({ link, names, log, delivered }),
    through: () =>
      link.use(async (prepared) => {
        const { ackWait: actual, through } = await acknowledgedUpTo(prepared, names)
        // A process of another version has prepared it since.
        if (actual !== nanos(ackWait)) void link.renew().catch(() => {})
        return through
      }),
    replay: natsReplay(link, names, log),
    dead: natsDeadLetters(link, names),
    async close() {
      acks.flush()
      await link.close()
    },
  }
}

async function publish(
  { client, manager }: PreparedStreams,
  names: NatsNames,
  { topic, body, id }: Message,
): Promise<PublishAck> {
  const stored = await client.publish(names.subject + topic, body, { msgID: messageId(id) })
  if (!stored.duplicate) return { duplicate: false }
  // The server knows the id alone; the message it belongs to tells the rest.
  const first = await manager.streams.getMessage(names.stream, { seq: stored.seq })
  if (first) return { duplicate: true, stored: first.data }
  // It is no more, so that nothing stands for this one: an event is logged once however often it comes.
  await client.publish(names.subject + topic, body)
  return { duplicate: false }
}

/** The time up to which every message is acknowledged, and the ack wait the consumer has, in ns. */
async function acknowledgedUpTo({ manager }: PreparedStreams, names: NatsNames) {
  const asked = Date.now()
  const { ack_floor, num_pending, num_ack_pending, config } = await manager.consumers.info(
    names.stream,
    names.consumer,
  )
  if (num_pending === 0 && num_ack_pending === 0) return { ackWait: config.ack_wait, through: asked }
  const next = { seq: ack_floor.stream_seq + 1, next_by_subj: `${names.subject}>` }
  const first = await manager.streams.getMessage(names.stream, next)
  return { ackWait: config.ack_wait, through: first ? first.time.getTime() - 1 : asked }
}
