import { BATCH_LIMIT, type Reading, readCloudEvents } from '../ingest/cloud-event.ts'
import type { HubEvent } from '../ingest/event.ts'
import { readGithub } from '../ingest/github.ts'
import type { Publish } from '../ingest/publish.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Route } from './route.ts'

/** Bytes of one webhook delivery, which GitHub bounds. */
const DELIVERY_LIMIT = 25 * 1024 * 1024

/** @throws ProblemError with every bad field. */
function accepted(reading: Reading): readonly HubEvent[] {
  if ('events' in reading) return reading.events
  const { status, detail, errors } = reading.refusal
  throw new ProblemError(status, detail, { errors })
}

export function eventRoutes({ publish, hookSecret }: { publish: Publish; hookSecret: string }): Route[] {
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
      async handle(call) {
        const body = await call.body(DELIVERY_LIMIT)
        return put(accepted(await readGithub(hookSecret, { headers: call.headers, body, now: Date.now() })))
      },
    },
  ]
}
