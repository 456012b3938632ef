import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import next from 'next'
import { pagePolicy } from './page-policy.ts'

export interface Pages {
  handle(request: IncomingMessage, response: ServerResponse, url: URL): void
  close(): Promise<void>
}

/** Next behind our own server; it renders pages and nothing else. */
export async function openPages(options: {
  server: Server
  development: boolean
  dir: string
  port: number
  hostname: string
  /** Origins that may frame `/embed/<widget id>`. */
  embedOrigins: (widgetId: string) => readonly string[]
}): Promise<Pages> {
  const { server, development, dir, port, hostname, embedOrigins } = options
  const app = next({ dev: development, dir, httpServer: server, port, hostname })
  await app.prepare()
  const render = app.getRequestHandler()
  return {
    handle(request, response, url) {
      if (!url.pathname.startsWith('/_next/static/')) {
        const embed = /^\/embed\/([^/]+)$/.exec(url.pathname)?.[1]
        const policy = pagePolicy({ development, frameAncestors: embed ? embedOrigins(embed) : [] })
        // Next takes the nonce from the request, so what the client sent must never get through.
        request.headers['content-security-policy'] = policy
        delete request.headers['content-security-policy-report-only']
        response.setHeader('Content-Security-Policy', policy)
        response.setHeader('Referrer-Policy', 'same-origin')
      }
      response.setHeader('X-Content-Type-Options', 'nosniff')
      void render(request, response)
    },
    close: () => app.close(),
  }
}
