import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { simulatedServer } from '../../app/live/simulation/simulated-server.ts'

/** The simulated server behind a real port, with pages that use the real client. */
export interface LiveServer {
  readonly url: string
  /** Streams that are open, and that were ever opened. */
  streams(): number
  everOpened(): number
  change(key: string): void
  /** What every card of the hub must show. */
  truth(slug: string): Record<string, string | undefined>
  /** Cuts all streams and answers 503 from then on, or serves again. */
  away(is: boolean): void
  /** Whether the script of the shared worker can be had. */
  workers(can: boolean): void
  /** Other files, by path. */
  serve(path: string, body: string, type?: string): void
  close(): void
}

async function scripts(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: [
      fileURLToPath(new URL('./harness.tsx', import.meta.url)),
      fileURLToPath(new URL('../../app/live/transport/worker.ts', import.meta.url)),
    ],
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    outdir: '/',
    write: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  // The worker is asked for by the name its source has.
  return new Map(outputFiles.map(({ path, text }) => [path === '/worker.js' ? '/worker.ts' : path, text]))
}

export async function startLiveServer(slugs: readonly string[]): Promise<LiveServer> {
  const files = await scripts()
  const simulated = simulatedServer((_, run) => setImmediate(run), Date.now)
  const others = new Map<string, { readonly body: string; readonly type: string }>()
  let worker = true
  let isAway = false
  let everOpened = 0

  for (const slug of slugs) {
    const widgets = [1, 2, 3].map((n) => ({
      id: `${slug}${n}`,
      type: 'notes',
      title: slug,
      config: null,
      position: { x: 0, y: 0, w: 4, h: 1 },
      key: `${slug}-key-${n}`,
      schema: 'notes@1',
    }))
    simulated.create(slug, widgets)
  }

  function page(slug: string, id: string | null): string | undefined {
    const hub = simulated.hubs.get(slug)
    if (!hub) return undefined
    const rest = { snapshot: simulated.snapshotOf(slug), paused: false, build: 'b' }
    const widget = hub.widgets.find((placed) => placed.id === id)
    const start = id === null ? { hub, ...rest } : { hub: slug, widget, ...rest }
    return `<!doctype html><title>${slug}</title><body><script>window.start = ${JSON.stringify(start)}</script>
      <script type="module" src="/harness.js"></script>`
  }

  async function stream(path: string, cursor: string | undefined, response: ServerResponse): Promise<void> {
    everOpened += 1
    const control = new AbortController()
    response.on('close', () => control.abort())
    const headers: HeadersInit = cursor === undefined ? {} : { 'last-event-id': cursor }
    const answer = await simulated.streamFetch(path, { headers, signal: control.signal })
    response.writeHead(answer.status, { ...open, 'content-type': 'text/event-stream' })
    response.flushHeaders()
    const reader = answer.body?.getReader()
    try {
      for (;;) {
        const { value, done } = (await reader?.read()) ?? { done: true }
        if (done) break
        response.write(value)
      }
    } catch {
      // A cut: what was written stays written, the rest never comes.
    }
    response.destroy()
  }

  // Frames without an origin of their own may read too.
  const open = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'last-event-id',
    'cache-control': 'no-store',
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://server')
    const { pathname } = url
    const answer = (type: string, body: string | undefined) =>
      response.writeHead(body === undefined ? 404 : 200, { ...open, 'content-type': type }).end(body ?? '')
    const json = async (value: Promise<unknown>) => answer('application/json', JSON.stringify(await value))
    const [, , , room, name = ''] = pathname.split('/')

    if (request.method === 'OPTIONS') response.writeHead(204, open).end()
    else if (pathname === '/worker.ts' && !worker) answer('text/plain', undefined)
    else if (files.has(pathname)) answer('text/javascript', files.get(pathname))
    else if (others.has(pathname)) answer(others.get(pathname)?.type ?? '', others.get(pathname)?.body)
    else if (!pathname.startsWith('/api/'))
      answer('text/html', page(pathname.slice(1), url.searchParams.get('only')))
    else if (isAway) response.writeHead(503).end()
    else if (room === 'stream')
      void stream(url.href, request.headers['last-event-id'] as string | undefined, response)
    else if (room === 'data') void json(simulated.read.data(pathname))
    else if (room === 'widgets') void json(simulated.read.widget(name))
    else if (pathname.endsWith('/snapshot')) void json(simulated.read.snapshot(name))
    else void json(simulated.read.hub(name))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    streams: simulated.streams,
    everOpened: () => everOpened,
    change: (key) => simulated.change(key, true),
    truth(slug) {
      const widgets = simulated.hubs.get(slug)?.widgets ?? []
      return Object.fromEntries(widgets.map(({ id, key = '' }) => [id, simulated.dataAt(key)]))
    },
    away(is) {
      isAway = is
      simulated.refuse(is)
      while (is && simulated.streams() > 0) simulated.cut(0)
    },
    workers(can) {
      worker = can
    },
    serve: (path, body, type = 'text/html') => void others.set(path, { body, type }),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
