import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { guardedFetch } from '#backend/refresh/guarded-fetch.ts'
import { contextWith } from './context.fixtures.ts'
import type { LoadContext } from './define.ts'

/** A real upstream for one test, and a context whose `fetch` is the real one, allowed to reach it. */
export async function serve(answer: RequestListener): Promise<{ url: string; context: LoadContext }> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const fetch = guardedFetch({ allow: ['127.0.0.1/32'], timeout: 10_000, maxBytes: 5 * 1024 * 1024 })
  const context = contextWith()
  return {
    url: `http://127.0.0.1:${port}`,
    context: { ...context, fetch: (url, init) => fetch(url, init, context.signal) },
  }
}
