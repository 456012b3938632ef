import { createServer, type Server } from 'node:http'
import { type Framing, framing } from './framing.ts'
import type { HttpExchange } from './http-exchange.ts'
import { pagePolicy } from './page-policy.ts'
import { embeddedWidget, isOfDevelopment, pageHeaders, pagePath, pageQuery } from './page-request.ts'
import { ProblemError } from './problem.ts'
import { openRenders } from './renders.ts'

export interface Pages {
  /** @throws ProblemError 405, 503 */
  handle(asked: HttpExchange): void
  close(): Promise<void>
}

/**
 * Renders at a time. One takes some 12 ms of the thread, and may wait longer than that for the cache; some pages have
 * megabytes.
 */
const RENDERS = { rendered: { all: 32, client: 8 }, slow: { all: 64, client: 16 } }

/** Request headers by which pages are told what was decided here. */
const REFUSED_ORIGIN = 'hubs-refused-origin'
const PAGE_PATH = 'hubs-page-path'

/** Next behind our own server; it renders pages and nothing else. */
export async function openPages(options: {
  server: Server
  development: boolean
  dir: string
  port: number
  hostname: string
  /** The path the pages were built for. */
  basePath: string
  /** Origins that may frame `/embed/<widget id>`; undefined when there is no such widget. */
  embedOrigins: (widgetId: string) => Promise<readonly string[] | undefined>
}): Promise<Pages> {
  const { server, development, dir, port, hostname, basePath, embedOrigins } = options
  // Next takes upgrades from the server it is given and leaves open, unanswered and without end, those it does not know.
  const upgrades = createServer()
  // Loaded when needed: other roles go without its megabytes.
  const { default: next } = await import('next')
  const app = next({ dev: development, dir, httpServer: upgrades, port, hostname })
  await app.prepare()
  if (development) {
    server.on('upgrade', (request, socket, head) => {
      if (request.url?.startsWith(`${basePath}/_next/`)) upgrades.emit('upgrade', request, socket, head)
      else socket.destroy()
    })
  }
  const render = app.getRequestHandler()
  const renders = openRenders(RENDERS)
  const isNexts = (url: URL) => development && isOfDevelopment(url)

  function show(asked: HttpExchange, { ancestors, refused }: Framing): void {
    const { request, response, url } = asked
    // Navigation in development asks for parts of pages, by fields and a query of its own.
    if (!development) request.headers = pageHeaders(request.headers)
    const isStatic = url.pathname.startsWith('/_next/static/')
    if (isStatic) {
      // A sandboxed frame is a page of no origin, whose fonts come only so.
      response.setHeader('Access-Control-Allow-Origin', '*')
      // Next is told no range, and would say that it takes one.
      response.setHeader('Accept-Ranges', 'none')
    } else {
      const policy = pagePolicy({ development, frameAncestors: ancestors })
      // Pages believe these, so what the client sent of them must never get through.
      request.headers[PAGE_PATH] = url.pathname
      delete request.headers[REFUSED_ORIGIN]
      if (refused !== undefined) {
        request.headers[REFUSED_ORIGIN] = refused
        response.statusCode = 403
      }
      // Next takes the nonce from the request, so what the client sent must never get through.
      request.headers['content-security-policy'] = policy
      delete request.headers['content-security-policy-report-only']
      response.setHeader('Content-Security-Policy', policy)
      response.setHeader('Referrer-Policy', 'same-origin')
    }
    response.setHeader('X-Content-Type-Options', 'nosniff')
    // The path as it was judged here, since Next would read dots, backslashes and a host in it in its own way.
    const path = (isNexts(url) ? url.pathname : pagePath(url)) + (development ? url.search : pageQuery(url))
    // Next takes the slash behind its path for an address of another form, and redirects.
    request.url = basePath === '' ? path : basePath + path.replace(/^\/(?=\?|$)/, '')
    if (isStatic || isNexts(url)) render(request, response).catch(() => response.destroy())
    else renders({ response, client: asked.client.counted, render: () => render(request, response) })
  }

  return {
    handle(asked) {
      const { request, response, url } = asked
      if (request.method !== 'GET' && request.method !== 'HEAD' && !isNexts(url)) {
        throw new ProblemError(405, 'A page is answered to GET and HEAD.', {
          headers: { allow: 'GET, HEAD' },
        })
      }
      const widget = embeddedWidget(url)
      if (widget === undefined) return show(asked, { ancestors: [] })
      // Where the database is away and nothing is known of the widget, none may frame it.
      const known = embedOrigins(widget).catch(() => [])
      known.then((origins) => show(asked, framing(request.headers, origins))).catch(() => response.destroy())
    },
    close: () => app.close(),
  }
}
