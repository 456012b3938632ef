import type { StoredMessage } from '../bus/bus.ts'
import { decodeDelivery } from '../ingest/delivery.ts'
import type { ReceivedEvent } from '../ingest/event.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import type { MatchingIndex } from './matching.ts'

/** A message with the keys it makes stale. */
export interface Finding<Message> {
  readonly message: Message
  /** Absent when it matched nothing and nobody asked for it. */
  readonly event: ReceivedEvent | undefined
  readonly targets: readonly InvalidationTarget[]
}

export interface Judged<Message> {
  readonly found: readonly Finding<Message>[]
  /** They are no events; why. */
  readonly refused: readonly { readonly message: Message; readonly reason: string }[]
  /** We failed on them. */
  readonly failed: readonly { readonly message: Message; readonly error: unknown }[]
}

/** Works out which keys each message makes stale. Those that match nothing are parsed only for as long as `wanted`. */
export function judge<Message extends StoredMessage>(
  messages: readonly Message[],
  index: MatchingIndex<InvalidationTarget>,
  wanted: () => boolean,
): Judged<Message> {
  const found: Finding<Message>[] = []
  const refused: { message: Message; reason: string }[] = []
  const failed: { message: Message; error: unknown }[] = []
  for (const message of messages) {
    let event: ReceivedEvent | undefined
    const decoded = () => {
      event ??= decode(message)
      return event
    }
    try {
      const targets = index.match(message.topic, decoded)
      if (targets.length > 0 || wanted()) decoded()
      found.push({ message, event, targets })
    } catch (error) {
      if (error instanceof NoEvent) refused.push({ message, reason: error.message })
      else failed.push({ message, error })
    }
  }
  return { found, refused, failed }
}

class NoEvent extends Error {}

function decode(message: StoredMessage): ReceivedEvent {
  const decoded = decodeDelivery(message)
  if ('refused' in decoded) throw new NoEvent(decoded.refused)
  return decoded.event
}
