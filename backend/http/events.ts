import { BATCH_LIMIT, type Reading, readCloudEvents } from '../ingest/cloud-event.ts'
import type { HubEvent } from '../ingest/event.ts'
import { readGithub } from '../ingest/github.ts'
import type { Publish } from '../ingest/publish.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call, Route } from './route.ts'

/** Bytes of one webhook delivery, which GitHub bounds. */
const DELIVERY_LIMIT = 25 * 1024 * 1024

/** Bytes over which a delivery counts as large. */
const LARGE = 1024 * 1024
/** Large deliveries read at a time: each is held whole before its signature can be checked. */
const LARGE_DELIVERIES = 8

/** @throws ProblemError with every bad field. */
function accepted(reading: Reading): readonly HubEvent[] {
  if ('events' in reading) return reading.events
  const { status, detail, errors } = reading.refusal
  throw new ProblemError(status, detail, { errors })
}

export function eventRoutes({ publish, hookSecret }: { publish: Publish; hookSecret: string }): Route[] {
  let reading = 0

  /** @throws ProblemError 503 while as many large ones are being read as may be. */
  async function readDelivery(call: Call): Promise<Reading> {
    const declared = Number(call.headers['content-length'] ?? DELIVERY_LIMIT)
    const large = declared > LARGE ? 1 : 0
    if (large > 0 && reading >= LARGE_DELIVERIES) {
      throw new ProblemError(503, 'Too many large deliveries at once. Send it again.', {
        headers: { 'retry-after': '1' },
      })
    }
    reading += large
    try {
      const body = await call.body(DELIVERY_LIMIT)
      return await readGithub(hookSecret, { headers: call.headers, body, now: Date.now() })
    } finally {
      reading -= large
    }
  }

  async function put(events: readonly HubEvent[]): Promise<Answer> {
    const stored = await publish(events)
    const duplicates = events.filter((_, index) => stored[index]?.duplicate).map(({ id }) => id)
    return {
      status: 202,
      body: { ids: events.map(({ id }) => id), ...(duplicates.length > 0 ? { duplicates } : {}) },
    }
  }

  return [
    {
      method: 'POST',
      path: '/api/v1/events',
      async handle(call) {
        await call.authorize('publish')
        const body = await call.body(BATCH_LIMIT)
        return put(accepted(readCloudEvents({ headers: call.headers, body, now: Date.now() })))
      },
    },
    {
      method: 'POST',
      path: '/api/v1/hooks/github',
      handle: async (call) => put(accepted(await readDelivery(call))),
    },
  ]
}
