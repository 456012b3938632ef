import { z } from 'zod'
import { cloudEvent } from '#contract/cloud-event.ts'
import type { WebhookDoor } from '#sources/define.ts'
import { doors } from '#sources/registry.ts'
import { BATCH_LIMIT, type Reading, readCloudEvents } from '../../ingest/cloud-event.ts'
import { type HubEvent, PUBLISHER } from '../../ingest/event.ts'
import type { Publish } from '../../ingest/publish.ts'
import { readWebhook } from '../../ingest/webhook.ts'
import type { Actor } from '../../operations/actor.ts'
import { answered } from './openapi.ts'
import { ProblemError } from './problem.ts'
import type { PublishRate } from './publish-rate.ts'
import type { Answer, Call, Route } from './route.ts'

const taken = answered(
  'Safely on the bus; duplicates are ids that were there already',
  z.object({ ids: z.array(z.string()), duplicates: z.array(z.string()).optional() }),
)

/** @throws ProblemError with every bad field. */
function accepted(reading: Reading): readonly HubEvent[] {
  if ('events' in reading) return reading.events
  const { status, detail, errors } = reading.refusal
  throw new ProblemError(status, detail, { errors })
}

/** The others of a batch are on the bus by then: sent again they are duplicates. */
function conflict(conflicts: readonly (readonly [number, HubEvent])[], of: number): ProblemError {
  const [first] = conflicts
  const who = conflicts.length > 1 ? `${conflicts.length} events` : `The event ${named(first?.[1])}`
  const rest = of > conflicts.length ? ` The other ${of - conflicts.length} of the batch were accepted.` : ''
  return new ProblemError(
    409,
    `${who} came with a source and id that another event had within 24 hours; that one stays. Give each event an id of its own.${rest}`,
    {
      errors: conflicts.map(([index, event]) => ({
        field: of > 1 ? `/${index}/id` : '/id',
        message: `${named(event)} is another event's already`,
      })),
    },
  )
}

const named = (event: HubEvent | undefined): string => `“${event?.id}” of “${event?.source}”`

/** @throws ProblemError 403 that names the topics, or sources, and the scopes the token lacks for them. */
function allowed(actor: Actor, events: readonly HubEvent[]): void {
  const errors = [...events.entries()].flatMap(([index, event]) => {
    const scope = actor.lacks(event)
    const message = `“${event.topic}” from “${event.source}” takes a token with the scope ${scope}`
    return scope === undefined ? [] : { field: events.length > 1 ? `/${index}/topic` : '/topic', message }
  })
  const [first] = errors
  if (first) throw new ProblemError(403, `Nothing was accepted. ${first.message}.`, { errors })
}

export function eventRoutes(options: {
  readonly publish: Publish
  /** What the deliveries of a source are signed with. */
  readonly hookSecret: (source: string) => string
  readonly rate: PublishRate
}): Route[] {
  const { publish, hookSecret, rate } = options

  async function readDelivery(source: string, door: WebhookDoor, call: Call): Promise<Reading> {
    const fault = door.headerFault(call.headers)
    if (fault) return fault
    const body = await call.body(door.limit)
    return readWebhook(door, hookSecret(source), { headers: call.headers, body, now: Date.now() })
  }

  async function put(call: Call, events: readonly HubEvent[]): Promise<Answer> {
    const outcomes = await publish(events)
    const conflicts = [...events.entries()].filter(([index]) => outcomes[index] === 'conflict')
    if (conflicts.length > 0) throw conflict(conflicts, events.length)
    if (wantsNoBody(call)) return { status: 202, headers: { 'preference-applied': 'return=minimal' } }
    const duplicates = events.filter((_, index) => outcomes[index] === 'duplicate').map(({ id }) => id)
    return {
      status: 202,
      body: { ids: events.map(({ id }) => id), ...(duplicates.length > 0 ? { duplicates } : {}) },
    }
  }

  return [
    {
      method: 'POST',
      path: '/api/v1/events',
      right: 'publish',
      about: {
        summary: 'Publish CloudEvents',
        requestParams: {
          header: z.object({
            Prefer: z.string().optional().meta({ description: 'return=minimal: an answer without a body' }),
          }),
        },
        requestBody: {
          required: true,
          content: {
            'application/cloudevents+json': { schema: cloudEvent },
            'application/cloudevents-batch+json': { schema: z.array(cloudEvent).max(500) },
            'application/json': { schema: {} },
          },
        },
        responses: { 202: taken },
      },
      async handle(call) {
        const { actor } = call
        const body = await call.body(BATCH_LIMIT)
        const events = accepted(readCloudEvents({ headers: call.headers, body, now: Date.now() }))
        allowed(actor, events)
        await rate.take(actor.token, events.length)
        return put(
          call,
          events.map((event) => ({
            ...event,
            extensions: { ...event.extensions, [PUBLISHER]: actor.token },
          })),
        )
      },
    },
    handshake('/api/v1/events'),
    ...[...doors].map(
      ([source, door]): Route => ({
        method: 'POST',
        path: `/api/v1/hooks/${source}`,
        // Its signature says whose it is.
        right: 'anyone',
        about: {
          summary: door.summary,
          requestParams: { header: z.object(door.headers) },
          requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
          responses: { 202: taken },
        },
        handle: async (call) => put(call, accepted(await readDelivery(source, door, call))),
      }),
    ),
  ]
}

/** `return=minimal` of RFC 7240; `reply` is Knative's, which takes any body for an event and fails on what is none. */
function wantsNoBody({ headers }: Call): boolean {
  const { prefer } = headers
  const asked = (Array.isArray(prefer) ? prefer.join() : (prefer ?? '')).split(/[,;]/)
  return asked.some((one) => /^\s*(?:return\s*=\s*"?minimal"?|reply)\s*$/i.test(one))
}

/**
 * CloudEvents' webhooks ask before they send, so that nobody can turn a sender upon a server that does not expect it
 * (“HTTP 1.1 Web Hooks for Event Delivery”, section 4). Any may send: what it sends needs a token.
 */
function handshake(path: string): Route {
  return {
    method: 'OPTIONS',
    path,
    right: 'anyone',
    about: {
      summary: 'The handshake of CloudEvents webhooks, before the first event',
      requestParams: {
        header: z.object({
          'WebHook-Request-Origin': z.string().optional().meta({ description: 'Who is going to send' }),
          'WebHook-Request-Rate': z.string().optional().meta({ description: 'How many requests a minute' }),
        }),
      },
      responses: {
        200: { description: 'It may, as WebHook-Allowed-Origin and WebHook-Allowed-Rate say' },
      },
    },
    async handle({ headers }) {
      const origin = headers['webhook-request-origin']
      const rate = headers['webhook-request-rate']
      return {
        status: 200,
        headers: {
          allow: 'POST, OPTIONS',
          ...(typeof origin === 'string' ? { 'webhook-allowed-origin': origin } : {}),
          ...(typeof rate === 'string' ? { 'webhook-allowed-rate': '*' } : {}),
        },
      }
    },
  }
}
