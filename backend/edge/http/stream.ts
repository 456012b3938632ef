import { z } from 'zod'
import { streamEvents } from '#contract/stream-events.ts'
import type { Client } from '../../access/client.ts'
import type { Permit, Quota } from '../../base/quota.ts'
import type { LookUp } from '../../hubs/look-up.ts'
import type { HubLayouts } from '../../stream/hub-layouts.ts'
import type { StreamSessions } from '../../stream/sessions.ts'
import type { StreamTarget } from '../../stream/stream-target.ts'
import { ProblemError } from './problem.ts'
import type { Endpoint, RawRoute } from './route.ts'

const MAX_HUBS = 50
const MAX_WIDGETS = 500

/** @throws ProblemError */
function parseTarget(query: URLSearchParams): StreamTarget {
  const hubs = [...new Set(query.getAll('hub'))]
  const widgets = [...new Set(query.getAll('widget'))]
  if (hubs.length === 0 && widgets.length === 0) {
    throw new ProblemError(400, 'Name at least one ?hub=<slug> or ?widget=<id>.', {
      errors: [{ field: 'hub', message: 'is missing' }],
    })
  }
  if (hubs.length > MAX_HUBS) {
    throw new ProblemError(400, `One stream follows at most ${MAX_HUBS} hubs: open another for the rest.`, {
      errors: [{ field: 'hub', message: `is given ${hubs.length} times` }],
    })
  }
  if (widgets.length > MAX_WIDGETS) {
    throw new ProblemError(
      400,
      `One stream follows at most ${MAX_WIDGETS} widgets: open another for the rest.`,
      {
        errors: [{ field: 'widget', message: `is given ${widgets.length} times` }],
      },
    )
  }
  return { hubs, widgets }
}

function isKnown({ hubs, widgets }: StreamTarget, layouts: HubLayouts): boolean {
  return hubs.some((slug) => layouts.hub(slug)) || widgets.some((id) => layouts.widget(id))
}

export const streamEndpoint = {
  method: 'GET',
  path: '/api/v1/stream',
  right: 'view',
  about: {
    summary: 'Changes as they happen, as Server-Sent Events',
    requestParams: {
      query: z.object({
        hub: z.array(z.string()).max(50).optional().meta({ description: 'Slugs of hubs to follow' }),
        widget: z.array(z.string()).max(500).optional().meta({ description: 'Ids of widgets to follow' }),
        cursor: z
          .string()
          .optional()
          .meta({ description: 'What the client has already: the cursor of a snapshot' }),
      }),
      header: z.object({
        'Last-Event-ID': z
          .string()
          .optional()
          .meta({ description: 'The id of the last event read; wins over cursor' }),
      }),
    },
    responses: {
      200: {
        description: 'Until it is ended',
        content: { 'text/event-stream': { schema: streamEvents } },
      },
    },
  },
} as const satisfies Endpoint

/** `GET /api/v1/stream`: Server-Sent Events, straight from `node:http`. */
export function streamRoute(options: {
  sessions: StreamSessions
  layouts: HubLayouts
  lookUp: LookUp
  draining: () => boolean
  /** Streams open at a time. */
  quota: Quota
}): RawRoute {
  const { sessions, layouts, lookUp, draining, quota } = options

  /** @throws ProblemError */
  function take({ counted, address }: Client): Permit {
    const taken = quota.take(counted, 1)
    if (taken === 'client') {
      const detail = `Too many streams are open from ${address}. Close some, or try later.`
      throw new ProblemError(429, detail, { headers: { 'retry-after': '30' } })
    }
    if (taken === 'all') {
      const detail = 'As many streams are open as this process takes. Try again later.'
      throw new ProblemError(503, detail, { headers: { 'retry-after': '10' }, reason: 'full' })
    }
    return taken
  }

  return {
    ...streamEndpoint,
    shared: true,
    async raw({ request, response, url, client }) {
      if (draining()) {
        throw new ProblemError(503, 'This process is shutting down. Connect again.', {
          headers: { 'retry-after': '1' },
          reason: 'ending',
        })
      }
      const target = parseTarget(url.searchParams)
      const known = await lookUp(() => isKnown(target, layouts) || undefined)
      if (!known) throw new ProblemError(404, 'No hub or widget of that name exists.')
      const header = request.headers['last-event-id']
      const sent = typeof header === 'string' && header !== '' ? header : undefined
      // A native EventSource repeats its URL on every retry, so the header is the younger of the two.
      const cursor = sent ?? url.searchParams.get('cursor') ?? undefined
      if (response.destroyed) return
      // It is there from before the state is read, and ends with the connection or with a refusal.
      const { release } = take(client)
      request.socket.setNoDelay(true)
      await sessions.open(response, target, cursor, release)
    },
  }
}
