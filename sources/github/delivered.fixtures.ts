import examples from '@octokit/webhooks-examples'
import { sign } from '@octokit/webhooks-methods'
import { isRefusal } from '#backend/base/refusal.ts'
import type { Reading } from '#backend/ingest/cloud-event.ts'
import type { HubEvent } from '#backend/ingest/event.ts'
import { readWebhook } from '#backend/ingest/webhook.ts'
import { door } from './door.ts'

export const secret = 'It’s a secret'

export const now = Date.UTC(2030, 0, 1)

/** Every example of GitHub's. */
export const every = examples.flatMap(({ name, examples }) =>
  examples.map((payload, index) => ({
    event: name as string,
    title: `${name} ${index}`,
    payload: payload as object,
  })),
)

export function example(event: string, action?: string): Record<string, unknown> {
  const found = every.find(
    ({ event: name, payload }) =>
      name === event && (!action || (payload as { action?: string }).action === action),
  )
  if (!found) throw new Error(`no example of ${event} ${action}`)
  return found.payload as Record<string, unknown>
}

/** Reads a delivery of this payload, signed as GitHub would. */
export async function deliver(
  event: string,
  payload: unknown,
  {
    headers = {},
    body = JSON.stringify(payload),
  }: { headers?: Record<string, string | undefined>; body?: string } = {},
): Promise<Reading> {
  const all = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': 'b1c6e0b0-0000-11ee-8a5c-000000000000',
    'x-hub-signature-256': await sign(secret, body),
    ...headers,
  }
  return readWebhook(door, secret, { headers: all, body: Buffer.from(body), now })
}

/** The event of a delivery. */
export async function accepted(event: string, payload: unknown): Promise<HubEvent> {
  const reading = await deliver(event, payload)
  if (isRefusal(reading) || !reading.events[0]) throw new Error(JSON.stringify(reading))
  return reading.events[0]
}
