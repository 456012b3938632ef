import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { expect, onTestFinished } from 'vitest'
import { actorOf } from '../../access/actor.ts'
import { authenticator } from './authenticate.ts'
import { clientRule } from './client-address.ts'
import { ProblemError } from './problem.ts'
import type { Route } from './route.ts'
import { type FrontServer, frontServer } from './server.ts'

const health: Route[] = [
  { method: 'GET', path: '/healthz', right: 'anyone', handle: async () => ({ status: 200 }) },
  { method: 'GET', path: '/readyz', right: 'anyone', handle: async () => ({ status: 503 }) },
]

const routes: Route[] = [
  {
    method: 'GET',
    path: '/api/hello',
    right: 'anyone',
    handle: async () => ({ status: 200, body: { hello: 'you' } }),
  },
  {
    method: 'POST',
    path: '/api/echo',
    right: 'anyone',
    handle: async (call) => ({ status: 200, body: { got: await call.json(100) } }),
  },
  {
    method: 'PUT',
    path: '/api/guarded',
    right: 'edit',
    handle: async () => ({ status: 204 }),
  },
  {
    method: 'GET',
    path: '/api/away',
    right: 'anyone',
    handle: () => Promise.reject(Object.assign(new Error('no'), { code: 'cache-away' })),
  },
  {
    method: 'GET',
    path: '/api/bug',
    right: 'anyone',
    handle: () => Promise.reject(new Error('secret detail')),
  },
  {
    method: 'GET',
    path: '/api/refused',
    right: 'anyone',
    handle: () =>
      Promise.reject(new ProblemError(422, 'No.', { errors: [{ field: '/a', message: 'is bad' }] })),
  },
]

/** A front server on a port of its own until the test is over. */
export interface ServedFront {
  readonly front: FrontServer
  readonly port: number
  readonly base: string
  /** What was logged. */
  readonly lines: readonly { readonly method?: string; readonly route?: string }[]
  /** Ends the start of the process: serves the routes, to the tokens `hubs_writer` and `hubs_reader`. */
  start(): void
}

export async function serveStartingFront(
  options: { readonly secure?: boolean; readonly patience?: number; readonly more?: readonly Route[] } = {},
): Promise<ServedFront> {
  const { more = [], ...rest } = options
  const tokens = new Map([
    ['hubs_writer', actorOf('1', ['hubs:write'])],
    ['hubs_reader', actorOf('2', ['read'])],
  ])
  const lines: { method?: string; route?: string }[] = []
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) })
  const front = frontServer({ health, clientOf: clientRule([]), log, ...rest })
  await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    front.server.closeAllConnections()
    front.server.close()
  })
  const { port } = front.server.address() as AddressInfo
  return {
    front,
    port,
    base: `http://127.0.0.1:${port}`,
    lines,
    start: () =>
      front.serve([...routes, ...more], authenticator({ verify: async (token) => tokens.get(token) })),
  }
}

/** The same when it has started. */
export async function serveFront(options?: Parameters<typeof serveStartingFront>[0]): Promise<ServedFront> {
  const served = await serveStartingFront(options)
  served.start()
  return served
}

/** The body of a refusal, which has the form and the status that all have. */
export async function problem(
  response: Response,
): Promise<{ status: number; detail: string; errors?: unknown }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const body = await response.json()
  expect(body.status).toBe(response.status)
  return body
}
