import { z } from 'zod'
import type { Route } from './route.ts'

/**
 * CloudEvents' webhooks ask before they send, so that nobody can turn a sender upon a server that does not expect it
 * (“HTTP 1.1 Web Hooks for Event Delivery”, section 4). Any may send: what it sends needs a token.
 */
export const webhookHandshake: Route = {
  method: 'OPTIONS',
  path: '/api/v1/events',
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
