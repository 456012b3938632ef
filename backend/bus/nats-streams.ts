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

export const STREAM = 'HUBS'
export const CONSUMER = 'hubs-daemon'
export const SUBJECT = 'events.'
const DEAD_STREAM = 'HUBS_DEAD'
export const DEAD_SUBJECT = 'dead.'

const DAY = 86_400_000
const DEAD_KEPT = 30 * DAY
const DEAD_BYTES = 256 * 1024 * 1024

/** Creates streams and consumer, or brings those of them that are there to what we need; other settings of an operator's stay. */
export async function prepareStreams(
  manager: JetStreamManager,
  options: {
    readonly maxAge: number
    /** Of the stream of events; beyond them the oldest go. */
    readonly maxBytes: number
    readonly ackWait: number
    /** Called before the stream of events is made anew where there was one; throws if it is not to be yet. */
    readonly deleted: () => void
  },
): Promise<StreamInfo> {
  const found = await infoOf(manager, STREAM)
  const dead = await infoOf(manager, DEAD_STREAM)
  // The second stream is made after the first, and stays when that is deleted.
  if (!found && dead) options.deleted()
  const info = await prepareStream(manager, found, STREAM, `${SUBJECT}>`, options)
  await prepareStream(manager, dead, DEAD_STREAM, `${DEAD_SUBJECT}>`, {
    maxAge: DEAD_KEPT,
    maxBytes: DEAD_BYTES,
  })
  const wanted = {
    durable_name: CONSUMER,
    ack_policy: AckPolicy.Explicit,
    ack_wait: nanos(options.ackWait),
    deliver_policy: DeliverPolicy.All,
    max_deliver: -1,
    max_ack_pending: 4096,
  }
  if (await isAhead(manager, await manager.consumers.add(STREAM, wanted))) {
    await manager.consumers.delete(STREAM, CONSUMER)
    await manager.consumers.add(STREAM, wanted)
  }
  return info
}

/**
 * A consumer that stands behind the end of its stream, as after a copy was put back of which the two parts are of
 * different age: it would pass over everything until the stream is as long as before, and say that nothing is pending.
 */
async function isAhead(
  manager: JetStreamManager,
  { delivered }: Pick<ConsumerInfo, 'delivered'>,
): Promise<boolean> {
  // Asked after the consumer was, so that what arrives in between makes no difference.
  const { state } = await manager.streams.info(STREAM)
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
