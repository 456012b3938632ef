import { setTimeout as rest } from 'node:timers/promises'
import type { AdminApi } from '#testing/api.ts'

/** Sends as any publisher and editor does: the same again until it is accepted. */
export interface Publisher {
  /** Publishes an event of this type, which is its topic too, and gives its id. */
  publish(type: string, data: unknown): Promise<string>
  /** Writes a hub and gives its revision. */
  put(slug: string, document: unknown): Promise<number>
  /** Times it was told to try again. */
  readonly refused: number
}

/** Milliseconds before it tries again. */
const AGAIN = 200

export function openPublisher(api: AdminApi): Publisher {
  let refused = 0

  async function untilAccepted(send: () => Promise<Response>): Promise<Response> {
    for (;;) {
      const answer = await send().catch(() => undefined)
      if (answer?.ok) return answer
      const { status } = answer ?? { status: 503 }
      if (status < 500 && status !== 429) throw new Error(`refused: ${status} ${await answer?.text()}`)
      await answer?.body?.cancel()
      refused += 1
      await rest(AGAIN)
    }
  }

  return {
    async publish(type, data) {
      const id = crypto.randomUUID()
      const event = { specversion: '1.0', id, source: 'hubs/faults', type, data }
      const headers = { 'content-type': 'application/cloudevents+json' }
      await untilAccepted(() => api.send('POST', '/api/v1/events', event, headers))
      return id
    },
    async put(slug, document) {
      const answer = await untilAccepted(() => api.send('PUT', `/api/v1/hubs/${slug}`, document))
      const { revision } = (await answer.json()) as { revision: number }
      return revision
    },
    get refused() {
      return refused
    },
  }
}
