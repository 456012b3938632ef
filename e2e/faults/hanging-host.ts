import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { api, hubOf, numberWidget } from '#testing/api.ts'
import { until } from '#testing/servers/until.ts'
import { openSse } from '#testing/sse.ts'
import { type Fault, lasting } from './scene.ts'

/** Watched cards of the host, in hubs of so many each: far more than are loaded at a time. */
const CARDS = 600
const HUB = 100

const told = /has not answered since .* UTC; one load at a time is tried\.$/

/** A host that takes every connection and answers none, until it answers all. */
async function openHost() {
  const unanswered = new Set<ServerResponse>()
  let hangs = true
  const answer = (response: ServerResponse) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end('1')
  const server = createServer((_, response) => {
    if (hangs) unanswered.add(response)
    else answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: (card: number) => `http://127.0.0.1:${port}/${card}`,
    recover() {
      hangs = false
      for (const response of unanswered) answer(response)
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Beside it readers must become current while it hangs; its cards say what is wrong, and come back with it. */
export const hangingHost: Fault = {
  name: `a host that hangs, with ${CARDS} watched cards`,
  long: true,
  async happen({ proxy, watch }) {
    const host = await openHost()
    const { put, snapshot, send } = api(proxy.url)
    const slugs = Array.from({ length: CARDS / HUB }, (_, n) => `hanging${n}`)
    for (const [n, slug] of slugs.entries()) {
      const cards = Array.from({ length: HUB }, (_, card) =>
        numberWidget(host.url(n * HUB + card), 'hanging'),
      )
      await put(slug, hubOf('Hanging', cards))
    }
    const stream = await openSse(`${proxy.url}/api/v1/stream?${slugs.map((slug) => `hub=${slug}`).join('&')}`)
    const all = async (holds: (card: { status: string; error?: { message: string } }) => boolean) => {
      // Each look is a wish for hundreds of cards.
      await lasting(500)
      const snapshots = await Promise.all(slugs.map((slug) => snapshot(slug)))
      return snapshots.flatMap(({ widgets }) => Object.values(widgets)).every(holds)
    }
    try {
      await lasting(5_000)
      await watch.untilCurrent()
      await until(
        () => all(({ error }) => told.test(error?.message ?? '')),
        'Not all cards say what is wrong',
      )
      await watch.untilCurrent()
      host.recover()
      await until(() => all(({ status }) => status === 'fresh'), 'Not all cards came back with their host')
    } finally {
      stream.close()
      for (const slug of slugs) await send('DELETE', `/api/v1/hubs/${slug}`)
      await host.close()
    }
  },
}
