import type { HubView } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'

export const ADMIN_API_TOKEN = 'hubs_admin_token_of_the_tests'

/** The HTTP API as a program would use it. */
export interface AdminApi {
  readonly url: string
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
  put(slug: string, document: unknown): Promise<HubView>
  hub(slug: string): Promise<HubView>
  snapshot(slug: string): Promise<Snapshot>
  /** Publishes one structured CloudEvent; gives its id. */
  publish(topic: string, data?: unknown, attributes?: Record<string, unknown>): Promise<string>
}

export function api(url: string, token = ADMIN_API_TOKEN): AdminApi {
  const send: AdminApi['send'] = (method, path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })

  async function answer<Body>(response: Promise<Response>, statuses: readonly number[]): Promise<Body> {
    const got = await response
    if (!statuses.includes(got.status)) throw new Error(`${got.status} ${await got.text()}`)
    return (await got.json()) as Body
  }

  return {
    url,
    send,
    put: (slug, document) => answer(send('PUT', `/api/v1/hubs/${slug}`, document), [200, 201]),
    hub: (slug) => answer(send('GET', `/api/v1/hubs/${slug}`), [200]),
    snapshot: (slug) => answer(send('GET', `/api/v1/hubs/${slug}/snapshot`), [200]),
    async publish(topic, data = {}, attributes = {}) {
      const id = crypto.randomUUID()
      const event = { specversion: '1.0', id, source: 'hubs/e2e', type: topic, data, ...attributes }
      await answer(
        send('POST', '/api/v1/events', event, { 'content-type': 'application/cloudevents+json' }),
        [202],
      )
      return id
    },
  }
}

let row = 0

/** A widget that shows one number of the truth and is loaded again on a topic. */
export function numberWidget(url: string, topic: string, more: Record<string, unknown> = {}) {
  return {
    type: 'json',
    title: topic,
    config: { url, as: 'number', refreshOn: [topic], maxAge: 3_600, ...more },
    position: { x: 0, y: row++, w: 4, h: 2 },
  }
}

export function hubOf(title: string, widgets: readonly unknown[]) {
  return { title, visibility: 'public', widgets }
}
