import { createHash } from 'node:crypto'
import type { Bus } from '../bus/bus.ts'
import { encodeEvent, type HubEvent } from './event.ts'

/** Resolves once every event is safely on the bus; one `source` and `id`, sent again within 24 h, is stored once. */
export type Publish = (events: readonly HubEvent[]) => Promise<readonly { readonly duplicate: boolean }[]>

/** @throws BusAway */
export function publisher({ bus }: { readonly bus: Pick<Bus, 'publish'> }): Publish {
  return (events) =>
    bus.publish(
      events.map((event) => ({ topic: event.topic, id: messageId(event), body: encodeEvent(event) })),
    )
}

function messageId({ source, id }: HubEvent): string {
  return createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('base64url')
}
