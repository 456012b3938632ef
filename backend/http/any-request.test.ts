import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { widgetType } from '#widgets/registry.ts'
import { busStore } from '../bus/bus-store.ts'
import { memoryBus } from '../bus/memory-bus.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import { emptyPglite } from '../db/pglite.fixtures.ts'
import { parseEnv } from '../env.ts'
import { type Front, openFront } from '../front.ts'
import { followHubs } from '../hubs/follow.ts'
import { hubsRoom } from '../hubs/hubs.ts'
import { lookUpIn } from '../hubs/look-up.ts'
import { placer } from '../hubs/placed.ts'
import { tokensRoom } from '../hubs/tokens.ts'
import { eventLog } from '../ingest/event-log.ts'
import type { Stores } from '../stores.ts'
import { adminToken, anyRequest, hookSecret, type Sent, spoken } from './any-request.fixtures.ts'
import { authorizer } from './authorize.ts'
import { healthRoutes } from './health.ts'
import { type FrontServer, frontServer } from './server.ts'

/** As many as `npm test` has time for; more by hand. */
const runs = Number(process.env.FUZZ_RUNS ?? 500)
const stop = new AbortController()
const agent = new Agent({ keepAlive: true })
/** What was logged of failures. */
const failures: string[] = []
let stores: Stores
let parts: Front
let front: FrontServer
let port: number

beforeAll(async () => {
  const log = pino({ level: 'error' }, { write: (line) => void failures.push(line) })
  const { signal } = stop
  const database = await emptyPglite()
  const cache = memoryCache()
  const bus = await memoryBus({ store: busStore(database.db), log })
  const close = async () => {
    await Promise.allSettled([bus.close(), cache.close()])
    await database.close()
  }
  stores = { database, cache, bus, close }
  const secret = 's'.repeat(32)
  const hubs = hubsRoom({ db: database.db, typeOf: widgetType })
  const place = placer({ typeOf: widgetType, secret, secrets: {} })
  const followed = followHubs({ hubs, place, listen: database.listen, log, signal })
  const widget = { type: 'notes', config: { text: 'Hello' }, position: { x: 0, y: 0, w: 4, h: 2 } }
  const kept = { title: 'Kept', visibility: 'public', widgets: [{ ...widget, id: 'kept-1' }] }
  await hubs.put('kept', kept)
  await Promise.all([followed.ready, followed.caughtUp()])
  parts = await openFront({
    ...{ env: parseEnv({ GITHUB_WEBHOOK_SECRET: hookSecret }), secret, stores, hubs, followed, log, signal },
    ...{ lacking: new Map(), eventLog: eventLog(database.db), origin: 'http://localhost', build: 'b' },
    ...{ lookUp: lookUpIn(followed), daemon: undefined, draining: () => false },
  })
  front = frontServer({ health: healthRoutes({ ready: () => true, away: parts.away }), log })
  front.serve(parts.routes, authorizer(tokensRoom({ db: database.db, adminToken })))
  await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve))
  port = (front.server.address() as AddressInfo).port
}, 120_000)
afterAll(async () => {
  stop.abort()
  agent.destroy()
  front.server.closeAllConnections()
  front.server.close()
  await stores.close()
})

async function send({ method, path, headers, body }: Sent) {
  const sent = request({ ...{ host: '127.0.0.1', port, method, path, headers, agent } })
  sent.end(body)
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const type = response.headers['content-type'] ?? ''
  // A stream has no end of its own.
  if (type.startsWith('text/event-stream')) {
    response.on('error', () => {})
    sent.destroy()
    return { status: response.statusCode ?? 0, type, text: '' }
  }
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode ?? 0, type, text }
}

test('any request is answered, and whatever is refused is refused in words', {
  timeout: 600_000,
}, async () => {
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(anyRequest, async (asked) => {
      const { status, type, text } = await send(asked)
      statuses.add(status)
      expect(failures.splice(0)).toEqual([])
      expect(status).toBeLessThan(500)
      if (status < 400 || asked.method === 'HEAD') return
      expect(type).toBe('application/problem+json')
      expect(JSON.parse(text)).toMatchObject({
        type: 'about:blank',
        status,
        detail: expect.stringMatching(/\w/),
      })
    }),
    { numRuns: runs },
  )
  // Far enough into every room.
  for (const status of [200, 202, 400, 401, 404, 405, 422]) expect(statuses).toContain(status)
  expect((await send({ method: 'GET', path: '/healthz', headers: {}, body: Buffer.alloc(0) })).status).toBe(
    200,
  )
})

/** Says it, no more, and hears whatever comes until the server ends. */
async function say(text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  let heard = ''
  socket.on('data', (part: string) => {
    heard += part
  })
  socket.on('error', () => {})
  socket.end(text)
  await once(socket, 'close')
  return heard
}

test('whatever is said on a connection, it ends and the next is answered', { timeout: 600_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(spoken, async (text) => {
      const heard = await say(text)
      expect(heard === '' || /^HTTP\/1\.1 [1-4]\d\d /.test(heard)).toBe(true)
      expect(heard).not.toMatch(/^HTTP\/1\.1 5/m)
      expect(failures.splice(0)).toEqual([])
      expect(await say('GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n')).toMatch(
        /^HTTP\/1\.1 200 /,
      )
    }),
    { numRuns: runs },
  )
})
