import { z } from 'zod'
import { publication } from '#contract/publication.ts'
import type { WebhookDoor } from '#sources/define.ts'
import { doors } from '#sources/registry.ts'
import { isRefusal } from '../../base/refusal.ts'
import type { Reading } from '../../ingest/cloud-event.ts'
import type { Publish } from '../../ingest/publish.ts'
import { readWebhook } from '../../ingest/webhook.ts'
import { publishAll } from '../../operations/events.ts'
import { answered } from './openapi.ts'
import { answerOf } from './operation-route.ts'
import type { Call, Route } from './route.ts'

const taken = answered('Safely on the bus; duplicates are ids that were there already', publication)

/** Webhook deliveries of outside tools, whose signature says whose they are. */
export function hookRoutes(options: {
  readonly publish: Publish
  /** What the deliveries of a source are signed with. */
  readonly secretOf: (source: string) => string
}): Route[] {
  const { publish, secretOf } = options

  async function read(source: string, door: WebhookDoor, call: Call): Promise<Reading> {
    const fault = door.headerFault(call.headers)
    if (fault) return fault
    const body = await call.body(door.limit)
    return readWebhook(door, secretOf(source), { headers: call.headers, body, now: Date.now() })
  }

  return [...doors].map(([source, door]) => ({
    method: 'POST',
    path: `/api/v1/hooks/${source}`,
    right: 'anyone',
    about: {
      summary: door.summary,
      requestParams: { header: z.object(door.headers) },
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: { 202: taken },
    },
    async handle(call) {
      const reading = await read(source, door, call)
      return answerOf(isRefusal(reading) ? reading : await publishAll(publish, reading.events), 202, call)
    },
  }))
}
