import { expect, type Page, test } from '@playwright/test'
import { Redis } from 'ioredis'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { timed } from '#testing/times.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { type FarStores, openFarStores } from './fixtures/far-stores.ts'
import { type HttpRelay, openHttpRelay } from './fixtures/http-relay.ts'
import { card, figure, PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'

/** A hub higher than any window. */
const CARDS = 12
const names = Array.from({ length: CARDS }, (_, n) => `paused.${n}`)

let stores: FarStores
let front: RunningProduct
let daemon: RunningProduct
let truth: Truth
let relay: HttpRelay
let ids: readonly string[]

test.beforeAll(async () => {
  ;[truth, stores] = await Promise.all([openTruth(), openFarStores()])
  const env = { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' }
  front = await startProduct({ mode: 'real', roles: 'web,stream', stores, env })
  daemon = await startProduct({ mode: 'real', roles: 'daemon', stores, env })
  relay = await openHttpRelay(front.url)
  for (const name of names) truth.set(name, 1)
  const hub = await api(front.url).put(
    'paused',
    hubOf(
      'Paused',
      names.map((name) => numberWidget(truth.url(name), name)),
    ),
  )
  ids = hub.widgets.map(({ id }) => id)
})
test.afterAll(async () => {
  await relay?.close()
  await Promise.all([front?.stop(), daemon?.stop()])
  await stores?.stop()
  await truth?.close()
})

const id = (place: number): string => ids[place] ?? ''
let value = 1

/** Another number for every card, told to nobody yet. */
function moveTruth(): number {
  value += 1
  for (const name of names) truth.set(name, value)
  return value
}

async function publishAll(): Promise<void> {
  const event = () => ({ specversion: '1.0', id: crypto.randomUUID(), source: 'hubs/e2e', type: names[0] })
  const structured = { 'content-type': 'application/cloudevents+json' }
  // A publisher is told to try again while the bus is away, and does.
  await expect
    .poll(
      async () => (await api(front.url).send('POST', '/api/v1/events', event(), structured)).status,
      PATIENCE,
    )
    .toBe(202)
  for (const name of names) await api(front.url).publish(name)
}

async function openLive(page: Page): Promise<void> {
  await page.goto(`${relay.url}/paused`)
  await untilLine(page, 'live')
  for (const each of ids) await untilFigure(page, each, value)
  await page.evaluate(() => {
    Object.assign(globalThis, { hubsNotReloaded: true })
  })
}

const notReloaded = (page: Page) => page.evaluate(() => 'hubsNotReloaded' in globalThis)

test('without a daemon the page says paused, and live again when there is one', async ({ page }) => {
  await openLive(page)
  await daemon.kill()
  await timed('daemon ended to paused', () => untilLine(page, 'paused'))
  await expect(card(page, id(0))).toContainText('Paused')
  await expect(page.getByRole('status').first()).toContainText('Paused since')
  // To who runs no scripts the server says it.
  for (const path of ['/paused', `/paused/w/${id(0)}`, `/embed/${id(0)}`]) {
    const html = await (await fetch(front.url + path)).text()
    expect(html, path).toContain('Updates are paused since')
    expect(html, path).not.toContain('Up to date')
  }

  const next = moveTruth()
  await publishAll()
  await expect(figure(page, id(0))).toHaveText(String(next - 1))
  await daemon.restart()
  await timed('daemon started to live', () => untilLine(page, 'live'))
  for (const each of ids) await untilFigure(page, each, next)
  expect(await notReloaded(page)).toBe(true)
})

for (const store of ['redis', 'nats', 'postgres'] as const) {
  test(`without ${store} pages open with their last data, paused, and recover by themselves`, async ({
    page,
    context,
  }) => {
    await openLive(page)
    await stores[store].kill()
    await timed(`${store} away to paused`, () => untilLine(page, 'paused'))

    const opened = await context.newPage()
    const answer = await opened.goto(`${relay.url}/paused`)
    expect(answer?.status()).toBe(200)
    await untilLine(opened, 'paused')
    for (const each of ids) await expect(figure(opened, each)).toHaveText(String(value))

    const next = moveTruth()
    await stores[store].restart()
    await timed(`${store} back to live`, () => untilLine(page, 'live'))
    await untilLine(opened, 'live')
    await publishAll()
    for (const each of ids) {
      await untilFigure(page, each, next)
      await untilFigure(opened, each, next)
    }
    expect(await notReloaded(page)).toBe(true)
  })
}

test('a Redis that is full is called so, by the page, by the health and once by the log', async ({
  page,
}) => {
  await openLive(page)
  const redis = new Redis(stores.redis.url)
  const begun = front.logs.length
  const said = () =>
    front.logs.slice(begun).flatMap((line) => /The cache (is away: .*|is back)[^"]*/.exec(line)?.[0] ?? [])
  const reason = 'Redis is full: it has reached its maxmemory.'
  await redis.config('SET', 'maxmemory', '1')
  await untilLine(page, 'paused')
  await expect(page.getByText(reason)).toBeVisible(PATIENCE)
  const health = await (await fetch(`${front.url}/readyz`)).json()
  expect(health).toEqual({ status: 'ready', away: ['cache'], reasons: { cache: reason } })
  await redis.config('SET', 'maxmemory', '0')
  redis.disconnect()
  await untilLine(page, 'live')
  await expect.poll(said, PATIENCE).toHaveLength(2)
  expect(said()[0]).toContain(reason)
  // Nothing of what the parts of the process met meanwhile.
  expect(front.logs.slice(begun).length).toBeLessThan(8)
  expect(await notReloaded(page)).toBe(true)
})

test('a cut of the network is survived without a reload, at the same place of the page', async ({
  page,
  context,
}) => {
  await openLive(page)
  await page.evaluate(() => window.scrollTo(0, 500))
  const scrolled = await page.evaluate(() => window.scrollY)
  expect(scrolled).toBeGreaterThan(0)

  await Promise.all([relay.cut(), context.setOffline(true)])
  await untilLine(page, 'paused')
  for (let n = 0; n < 20; n++) {
    moveTruth()
    await api(front.url).publish(names[n % CARDS] ?? '')
  }
  await publishAll()
  // As long as the line may be unheard of: a page that only waits for this would still claim to be live now.
  const last = api(front.url)
  const cursor = (await last.snapshot('paused')).now
  await expect
    .poll(async () => (await last.snapshot('paused')).now - cursor, PATIENCE)
    .toBeGreaterThan(10_000)

  await Promise.all([relay.restore(), context.setOffline(false)])
  await timed('network back to current', async () => {
    for (const each of ids) await untilFigure(page, each, value)
    await untilLine(page, 'live')
  })
  expect(await notReloaded(page)).toBe(true)
  expect(await page.evaluate(() => window.scrollY)).toBe(scrolled)
})

test('a network that only swallows what is sent brings everything when it carries again', async ({
  page,
}) => {
  await openLive(page)
  relay.silence()
  const next = moveTruth()
  await publishAll()
  await timed('silence to paused', () => untilLine(page, 'paused'))
  await relay.restore()
  await timed('carrying again to live', () => untilLine(page, 'live'))
  for (const each of ids) await untilFigure(page, each, next)
  expect(await notReloaded(page)).toBe(true)
})
