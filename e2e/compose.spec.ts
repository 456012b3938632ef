import { readFile } from 'node:fs/promises'
import { expect, test } from '@playwright/test'
import { parse } from 'yaml'
import { ADMIN_TOKEN, api, hubOf, numberWidget } from './api.ts'
import { type Product, startProduct } from './product.ts'
import { openSse } from './sse.ts'
import { openStores, type Stores } from './stores.ts'
import { openTruth, type Truth } from './truth.ts'

interface Service {
  readonly command: string
  readonly environment: Readonly<Record<string, string>>
}

const services: Record<string, Service> = parse(await readFile('compose.yaml', 'utf8'), {
  merge: true,
}).services

let stores: Stores
let truth: Truth
const running = new Map<string, Product>()

/** The service as plain process: its command and environment, the addresses ours. */
async function run(name: string): Promise<Product> {
  const { command, environment } = services[name] as Service
  const { DATABASE_URL, REDIS_URL, NATS_URL, HUBS_SECRET, HUBS_ADMIN_TOKEN, HUBS_ORIGIN, ...rest } =
    environment
  for (const needed of [DATABASE_URL, REDIS_URL, NATS_URL, HUBS_SECRET, HUBS_ADMIN_TOKEN, HUBS_ORIGIN])
    expect(needed).toBeTruthy()
  return startProduct({
    mode: 'real',
    stores,
    command: command.split(' ') as [string, ...string[]],
    env: { ...rest, HUBS_ADMIN_TOKEN: ADMIN_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' },
  })
}

test.beforeAll(async () => {
  stores = await openStores()
  truth = await openTruth()
  for (const name of ['web', 'stream', 'daemon']) running.set(name, await run(name))
})
test.afterAll(async () => {
  for (const product of running.values()) await product.stop()
  await truth?.close()
  await stores?.stop()
})

test('the services of compose.yaml carry an event from publisher to stream', async () => {
  const [web, stream] = [running.get('web'), running.get('stream')] as [Product, Product]
  truth.set('composed', 1)
  const hub = await api(web.url).put(
    'composed',
    hubOf('Composed', [numberWidget(truth.url('composed'), 'composed')]),
  )
  const id = hub.widgets[0]?.id
  const frames = await openSse(`${stream.url}/api/v1/stream?hub=composed`)
  await frames.until(
    (event) => event.name === 'widget' && event.data.id === id && event.data.data?.value === 1,
  )
  truth.set('composed', 2)
  await api(web.url).publish('composed')
  await frames.until(
    (event) => event.name === 'widget' && event.data.id === id && event.data.data?.value === 2,
  )
  frames.close()
  expect((await fetch(`${web.url}/composed`)).status).toBe(200)
})

test('each service answers only for its role', async () => {
  const status = async (name: string, path: string): Promise<number> =>
    (await fetch(`${running.get(name)?.url}${path}`, { signal: AbortSignal.timeout(10_000) })).status
  expect(await status('web', '/api/v1/hubs')).toBe(200)
  expect(await status('web', '/api/v1/stream?hub=welcome')).toBe(404)
  expect(await status('stream', '/api/v1/hubs')).toBe(404)
  for (const name of running.keys()) expect(await status(name, '/healthz')).toBe(200)
})
