import { createHash } from 'node:crypto'
import type { Bus } from '../bus/bus.ts'
import { encodeEvent, type HubEvent } from './event.ts'
import { sameEvent } from './same-event.ts'

/** `conflict`: within 24 h another event had this `source` and `id`; it stays, and this one went nowhere. */
export type PublishOutcome = 'accepted' | 'duplicate' | 'conflict'

/**
 * Resolves once every event that is not in conflict is safely on the bus, with what became of each; one `source` and
 * `id`, sent again within 24 h, is stored once.
 */
export type Publish = (events: readonly HubEvent[]) => Promise<readonly PublishOutcome[]>

/** @throws BusAway */
export function publisher({ bus }: { readonly bus: Pick<Bus, 'publish'> }): Publish {
  return async (events) => {
    const messages = events.map((event) => ({
      topic: event.topic,
      id: messageId(event),
      body: encodeEvent(event),
    }))
    const published = await bus.publish(messages)
    return published.map((each, index) => {
      if (!each.duplicate) return 'accepted'
      return sameEvent(messages[index]?.body ?? '', each.stored) ? 'duplicate' : 'conflict'
    })
  }
}

function messageId({ source, id }: HubEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('base64url')
}
