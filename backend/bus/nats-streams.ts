import {
  AckPolicy,
  type ConsumerInfo,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream'
import { nanos } from '@nats-io/transport-node'

/** What an installation has on NATS. */
export interface NatsNames {
  readonly stream: string
  readonly consumer: string
  /** Before a topic. */
  readonly subject: string
  readonly deadStream: string
  readonly deadSubject: string
}

/** With a prefix several installations share a JetStream: `acme` has `acme.events.>` in `acme_HUBS`. */
export function natsNames(prefix = ''): NatsNames {
  const [stream, subject] = prefix === '' ? ['', ''] : [`${prefix}_`, `${prefix}.`]
  return {
    stream: `${stream}HUBS`,
    consumer: 'hubs-daemon',
    subject: `${subject}events.`,
    deadStream: `${stream}HUBS_DEAD`,
    deadSubject: `${subject}dead.`,
  }
}

const DAY = 86_400_000
const DEAD_KEPT = 30 * DAY
const DEAD_BYTES = 256 * 1024 * 1024

/** Creates streams and consumer, or brings those of them that are there to what we need; other settings of an operator's stay. */
export async function prepareStreams(
  manager: JetStreamManager,
  options: {
    readonly names: NatsNames
    readonly maxAge: number
    /** Of the stream of events; beyond them the oldest go. */
    readonly maxBytes: number
    readonly ackWait: number
    /** Called before the stream of events is made anew where there was one; throws if it is not to be yet. */
    readonly deleted: () => void
  },
): Promise<StreamInfo> {
  const { stream, consumer, subject, deadStream, deadSubject } = options.names
  const found = await infoOf(manager, stream)
  const dead = await infoOf(manager, deadStream)
  // The second stream is made after the first, and stays when that is deleted.
  if (!found && dead) options.deleted()
  const info = await prepareStream(manager, found, stream, `${subject}>`, options)
  await prepareStream(manager, dead, deadStream, `${deadSubject}>`, {
    maxAge: DEAD_KEPT,
    maxBytes: DEAD_BYTES,
  })
  const wanted = {
    durable_name: consumer,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(options.ackWait),
    deliver_policy: DeliverPolicy.All,
    max_deliver: -1,
    max_ack_pending: 16_384,
  }
  if (await isAhead(manager, stream, await manager.consumers.add(stream, wanted))) {
    await manager.consumers.delete(stream, consumer)
    await manager.consumers.add(stream, wanted)
  }
  return info
}

/**
 * A consumer that stands behind the end of its stream, as after a copy was put back of which the two parts are of
 * different age: it would pass over everything until the stream is as long as before, and say that nothing is pending.
 */
async function isAhead(
  manager: JetStreamManager,
  stream: string,
  { delivered }: Pick<ConsumerInfo, 'delivered'>,
): Promise<boolean> {
  // Asked after the consumer was, so that what arrives in between makes no difference.
  const { state } = await manager.streams.info(stream)
  return delivered.stream_seq > state.last_seq
}

async function prepareStream(
  manager: JetStreamManager,
  found: StreamInfo | undefined,
  name: string,
  subject: string,
  { maxAge, maxBytes }: { readonly maxAge: number; readonly maxBytes: number },
): Promise<StreamInfo> {
  const wanted = {
    subjects: [subject],
    max_age: nanos(maxAge),
    max_bytes: maxBytes,
    discard: DiscardPolicy.Old,
    // A message is told from its double for as long, and never longer than it is kept.
    duplicate_window: nanos(Math.min(DAY, maxAge)),
  }
  if (!found)
    return manager.streams.add({
      name,
      retention: RetentionPolicy.Limits,
      storage: StorageType.File,
      ...wanted,
    })
  const { config } = found
  const asWanted =
    config.subjects.includes(subject) &&
    config.max_age === wanted.max_age &&
    config.max_bytes === wanted.max_bytes &&
    config.discard === wanted.discard &&
    config.duplicate_window === wanted.duplicate_window
  return asWanted
    ? found
    : manager.streams.update(name, { ...wanted, subjects: [...new Set([...config.subjects, subject])] })
}

async function infoOf(manager: JetStreamManager, name: string): Promise<StreamInfo | undefined> {
  try {
    return await manager.streams.info(name)
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return undefined
    throw error
  }
}
