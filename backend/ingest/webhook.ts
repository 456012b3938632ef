import type { WebhookDoor } from '#sources/define.ts'
import type { Post } from '../base/post.ts'
import { isRefusal, refusal } from '../base/refusal.ts'
import type { Reading } from './cloud-event.ts'
import { readEnvelope } from './envelope.ts'
import type { HubEvent } from './event.ts'

/** The events of a delivery, once `secret` proves it, or why it is refused. */
export async function readWebhook(door: WebhookDoor, secret: string, delivery: Post): Promise<Reading> {
  const reading = await door.read(secret, delivery)
  if (isRefusal(reading)) return reading
  const events: HubEvent[] = []
  for (const { time, ...attributes } of reading.events) {
    const read = readEnvelope(
      { specversion: '1.0', datacontenttype: 'application/json', ...attributes },
      { now: time },
    )
    if ('errors' in read)
      return refusal('malformed', 'The delivery cannot be named as an event.', { errors: read.errors })
    events.push(read.event)
  }
  return { events }
}
