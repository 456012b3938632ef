import type { ServerResponse } from 'node:http'

/**
 * What lets scripts of any page read an answer that is the same for everybody (Fetch, 3.3). `*` and not the page's own
 * origin: with it browsers refuse to send credentials along, and a cached answer is right for every page.
 */
export const sharedHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'etag, hubs-paused, retry-after',
} as const

/** Lets scripts of any page read what is answered, whatever it will be. */
export function shareWithAll(response: ServerResponse): void {
  for (const [name, value] of Object.entries(sharedHeaders)) response.setHeader(name, value)
}

/** The answer to a page that asks before it sends what is no plain GET: `last-event-id`, of a stream that goes on. */
export const preflight = {
  status: 204,
  headers: {
    ...sharedHeaders,
    'access-control-allow-methods': 'GET, HEAD',
    'access-control-allow-headers': 'last-event-id, cache-control',
    'access-control-max-age': '86400',
    vary: 'access-control-request-method, access-control-request-headers',
  },
} as const
