import { once } from 'node:events'
import { request } from 'node:https'
import { connect } from 'node:net'
import { connect as connectNats } from '@nats-io/transport-node'
import { expect, test } from '@playwright/test'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { answers } from '#testing/servers/answers.ts'
import { freePort } from '#testing/servers/free-port.ts'
import type { Server } from '#testing/servers/server.ts'
import { openSse } from '#testing/sse.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { type ComposedStores, openComposedStores } from './fixtures/composed.ts'
import { composition } from './fixtures/composed-service.ts'

const STREAMS = 1_500
const { services, networks } = composition
const roles = ['web', 'stream', 'daemon'] as const

let stores: ComposedStores
let proxy: Server
let truth: Truth
const running = new Map<string, RunningProduct>()
const at = (name: (typeof roles)[number]): string => running.get(name)?.url ?? ''

/** The service as plain process: its command, environment and secrets, the addresses ours. */
async function run(name: (typeof roles)[number]): Promise<RunningProduct> {
  return startProduct({
    mode: 'embedded',
    command: services[name]?.command.split(' ') as [string, ...string[]],
    env: {
      ...(await stores.environmentOf(name)),
      HUBS_ORIGIN: 'http://127.0.0.1',
      HUBS_PROXIES: '127.0.0.1/32',
      HUBS_FETCH_ALLOW: '127.0.0.1/32',
      HUBS_DRAIN_SECONDS: '0',
    },
  })
}

test.beforeAll(async () => {
  test.setTimeout(180_000)
  stores = await openComposedStores()
  truth = await openTruth()
  for (const name of ['stream', 'daemon', 'web'] as const) running.set(name, await run(name))
  proxy = await stores.startProxy({ web: at('web'), stream: at('stream') })
})
test.afterAll(async () => {
  await proxy?.stop()
  for (const product of running.values()) await product.stop()
  await truth?.close()
  await stores?.stop()
})

const admin = async () => api(proxy.url, await stores.secret('admin_token'))

test('the services carry an event from publisher to stream, through the proxy', async () => {
  truth.set('composed', 1)
  const hub = await (await admin()).put(
    'composed',
    hubOf('Composed', [numberWidget(truth.url('composed'), 'composed')]),
  )
  const id = hub.widgets[0]?.id
  const frames = await openSse(`${proxy.url}/api/v1/stream?hub=composed`)
  const shows = (value: number) =>
    frames.until(
      (event) => event.name === 'widget' && event.data.id === id && event.data.data?.value === value,
    )
  await shows(1)
  truth.set('composed', 2)
  await (await admin()).publish('composed')
  await shows(2)
  frames.close()
  expect((await fetch(`${proxy.url}/composed`)).status).toBe(200)
})

test('1,500 streams from one address live behind the proxy, and each is told of an event', async () => {
  test.setTimeout(120_000)
  truth.set('many', 1)
  await (await admin()).put('many', hubOf('Many', [numberWidget(truth.url('many'), 'many')]))
  let ended = 0
  const counts = { hello: 0, told: 0 }
  const sockets = Array.from({ length: STREAMS }, () => {
    const socket = connect(proxy.port, '127.0.0.1')
    let tail = ''
    let told = false
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      tail = (tail + text).slice(-4_096)
      if (text.includes('event: hello')) counts.hello++
      if (!told && tail.includes('"value":2')) {
        told = true
        counts.told++
      }
    })
    socket.on('error', () => {})
    socket.on('close', () => ended++)
    socket.write('GET /api/v1/stream?hub=many HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
    return socket
  })
  const patience = { timeout: 60_000 }
  await expect.poll(() => counts.hello, patience).toBe(STREAMS)
  truth.set('many', 2)
  await (await admin()).publish('many')
  await expect.poll(() => counts.told, patience).toBe(STREAMS)
  expect(ended).toBe(0)
  expect((await fetch(`${proxy.url}/many`)).status).toBe(200)
  for (const socket of sockets) socket.destroy()
})

test('with TLS, the same is behind a redirect and its certificate; figures are not public', async () => {
  const plainPort = await freePort()
  const secure = await stores.startProxy({ web: at('web'), stream: at('stream'), plainPort })
  const redirect = await fetch(`http://127.0.0.1:${plainPort}/composed?a=b`, { redirect: 'manual' })
  expect([redirect.status, redirect.headers.get('location')]).toEqual([301, 'https://127.0.0.1/composed?a=b'])
  const asked = request({
    ...{ host: '127.0.0.1', port: secure.port, path: '/healthz', servername: 'localhost' },
    ...{ headers: { host: '127.0.0.1' }, ca: stores.certificate },
  }).end()
  const [answer] = await once(asked, 'response')
  expect(answer.statusCode).toBe(200)
  answer.resume()
  for (const path of ['/metrics', '/readyz']) expect((await fetch(`${proxy.url}${path}`)).status).toBe(404)
  await secure.stop()
})

test('each service answers only for its role, and only web knows the admin’s token', async () => {
  const status = async (name: (typeof roles)[number], path: string): Promise<number> =>
    (await fetch(`${at(name)}${path}`, { signal: AbortSignal.timeout(10_000) })).status
  expect(await status('web', '/api/v1/hubs')).toBe(200)
  expect(await status('web', '/api/v1/stream?hub=welcome')).toBe(404)
  expect(await status('stream', '/api/v1/hubs')).toBe(404)
  for (const name of running.keys()) expect(await status(name as 'web', '/healthz')).toBe(200)
  for (const product of running.values()) expect(product.logs.join('\n')).not.toMatch(/hubs_[\w-]{20}/)
  const knowing = Object.entries(services).filter(([, { secrets }]) => secrets?.includes('admin_token'))
  expect(knowing.map(([name]) => name)).toEqual(['web'])
})

test('the stores refuse who has no password, and give Hubs no more than it needs', async () => {
  expect(await answers(stores.redis.port, 'SET a 1\r\n', '-NOAUTH')).toBe(true)
  const hubs = new Redis(await stores.secret('redis_url'))
  for (const forbidden of [['flushall'], ['config', 'get', '*'], ['set', 'elsewhere', '1'], ['acl', 'list']])
    await expect(hubs.call(forbidden[0] as string, forbidden.slice(1))).rejects.toThrow('NOPERM')
  hubs.disconnect()

  const nats = `nats://127.0.0.1:${stores.nats.port}`
  await expect(connectNats({ servers: nats, reconnect: false })).rejects.toThrow(/authorization/i)

  const url = new URL(await stores.secret('database_url'))
  const query = async (password: string) => {
    url.password = password
    const sql = postgres(url.href, { max: 1, onnotice: () => {} })
    try {
      return await sql`select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user`
    } finally {
      await sql.end({ timeout: 1 })
    }
  }
  const none = { rolsuper: false, rolcreaterole: false, rolcreatedb: false }
  expect(await query((await stores.secret('database_password')).trim())).toMatchObject([none])
  await expect(query('guess')).rejects.toMatchObject({ code: '28P01' })
})

test('every container is bounded, and reaches only what it must', () => {
  for (const [name, service] of Object.entries(services)) {
    expect(service, name).toMatchObject({
      restart: 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      mem_limit: expect.stringMatching(/^\d+[mg]$/),
      cpus: expect.any(Number),
      pids_limit: expect.any(Number),
      stop_grace_period: expect.stringMatching(/^\d+s$/),
      logging: { options: { 'max-size': expect.anything(), 'max-file': expect.anything() } },
    })
    // The image of Hubs brings its own.
    if (service.image !== 'hubs') expect(service, name).toHaveProperty('healthcheck.test')
    expect(JSON.stringify(service.environment ?? {}), name).not.toMatch(/(PASSWORD|SECRET|TOKEN|_URL)"/)
    if (name !== 'proxy') expect(service, name).not.toHaveProperty('ports')
  }
  expect(networks.stores).toEqual({ internal: true })
  const on = (network: string) =>
    Object.keys(services).filter((name) => services[name]?.networks.includes(network))
  expect(on('stores')).toEqual(['web', 'stream', 'daemon', 'postgres', 'redis', 'nats'])
  expect(on('edge')).toEqual(['web', 'stream', 'proxy'])
  expect(on('outside')).toEqual(['daemon'])
})
