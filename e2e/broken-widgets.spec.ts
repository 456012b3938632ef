import { expect, type Page, test } from '@playwright/test'
import { Redis } from 'ioredis'
import postgres from 'postgres'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { freePort } from '#testing/servers/free-port.ts'
import { timed } from '#testing/times.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { type FarStores, openFarStores } from './fixtures/far-stores.ts'
import { card, PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'
import { openSite, type Site } from './fixtures/site.ts'

const env = { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' }
let stores: FarStores
let product: RunningProduct
let truth: Truth
/** Answers with what a test has it answer with. */
let source: Truth
let nonsense: Site

test.beforeAll(async () => {
  ;[truth, source, nonsense, stores] = await Promise.all([
    openTruth(),
    openTruth(),
    openSite(),
    openFarStores(),
  ])
  nonsense.show('<h1>Sign in</h1>')
  product = await startProduct({ mode: 'real', stores, env })
})
test.afterAll(async () => {
  await product?.stop()
  await stores?.stop()
  await Promise.all([truth?.close(), source?.close(), nonsense?.close()])
})

const numbers = (url: string, topic: string) => numberWidget(url, topic)

/** A hub of two widgets: the first works, the second is the one in question. */
async function putPair(slug: string, second: object): Promise<readonly [whole: string, broken: string]> {
  truth.set(slug, 1)
  const hub = await api(product.url).put(
    slug,
    hubOf(slug, [numbers(truth.url(slug), `${slug}.whole`), second]),
  )
  return [hub.widgets[0]?.id ?? '', hub.widgets[1]?.id ?? '']
}

/** The other widget shows its data, and follows its events. */
async function expectWhole(page: Page, slug: string, whole: string): Promise<void> {
  await untilLine(page, 'live')
  await untilFigure(page, whole, 1)
  truth.set(slug, 2)
  await api(product.url).publish(`${slug}.whole`)
  await untilFigure(page, whole, 2)
}

async function open(page: Page, slug: string): Promise<void> {
  const answer = await page.goto(`${product.url}/${slug}`)
  expect(answer?.status()).toBe(200)
}

test('a loader that fails costs its card; a retry brings it back', async ({ page }) => {
  source.status(503)
  source.set('failing', 5)
  const [whole, broken] = await putPair('failing', numbers(source.url('failing'), 'failing.it'))
  await open(page, 'failing')
  const failed = card(page, broken)
  await expect(failed).toContainText('Could not load', PATIENCE)
  await expect(failed).toContainText('answered 503.')
  const reference = await failed.locator('code').textContent()
  expect(product.logs.join('\n')).toContain(reference ?? 'no reference')
  await expectWhole(page, 'failing', whole)

  source.status(200)
  // Unless it is loaded by itself in the moment of the click.
  const clicked = failed.getByRole('button', { name: 'Try again' }).click()
  await Promise.race([clicked, untilFigure(page, broken, 5)])
  await untilFigure(page, broken, 5)

  source.status(500)
  source.set('failing', 6)
  await api(product.url).publish('failing.it')
  await expect(failed).toContainText('Update failed', PATIENCE)
  // The last good data stays, with the cause beside it.
  await expect(failed.locator('.text-figure')).toHaveText('5')
  await expect(failed).toContainText('answered 500.')
  source.status(200)
  // Nobody asks: it is tried again by itself.
  await untilFigure(page, broken, 6)
})

test('a loader that hangs is given up at its deadline', async ({ page }) => {
  source.delay(1_000_000)
  const [whole, broken] = await putPair('hanging', numbers(source.url('hanging'), 'hanging.it'))
  await open(page, 'hanging')
  await expect(card(page, broken)).toContainText('Loading')
  await expectWhole(page, 'hanging', whole)
  await timed('a loader that hangs', () =>
    expect(card(page, broken)).toContainText('did not answer in', PATIENCE),
  )
  source.delay(0)
})

for (const [what, widget, words] of [
  [
    'a page instead of data',
    () => numbers(nonsense.url.replace('localhost', '127.0.0.1'), 'html'),
    'did not answer with JSON',
  ],
  ['a text instead of a number', () => numbers(source.url('words'), 'words'), 'number'],
  ['an address that may not be fetched', () => numbers('http://10.1.2.3/', 'private'), 'HUBS_FETCH_ALLOW'],
  ['a host that does not exist', () => numbers('http://nowhere.invalid/', 'nowhere'), 'nowhere.invalid'],
] as const) {
  test(`${what} is told in plain words`, async ({ page }) => {
    source.set('words', 'seven')
    const slug = what.replaceAll(' ', '-')
    const [whole, broken] = await putPair(slug, widget())
    await open(page, slug)
    await expect(card(page, broken)).toContainText('Could not load', PATIENCE)
    await expect(card(page, broken)).toContainText(words)
    await expect(card(page, broken)).not.toContainText(/Error:|undefined|\[object/)
    await expectWhole(page, slug, whole)
  })
}

test('a type that is gone and a config that no longer parses', async ({ page }) => {
  const notes = {
    type: 'notes',
    title: 'Old news',
    config: { text: 'x' },
    position: { x: 4, y: 0, w: 4, h: 2 },
  }
  const [whole, gone] = await putPair('aged', notes)
  const clock = { ...notes, title: 'Old clock', type: 'clock', config: { zones: [{ zone: 'UTC' }] } }
  const before = await api(product.url).hub('aged')
  const kept = before.widgets.map(({ id, type, title, config, position }) => ({
    id,
    type,
    title,
    config,
    position,
  }))
  const hub = await api(product.url).put('aged', hubOf('aged', [...kept, clock]))
  const refused = hub.widgets.find(({ type }) => type === 'clock')?.id ?? ''
  await open(page, 'aged')
  await untilLine(page, 'live')

  // As rows look that another version of the product wrote.
  const sql = postgres(stores.env.DATABASE_URL ?? '', { max: 1, onnotice: () => {} })
  await sql.begin(async (tx) => {
    const [row] = await tx`update counters set value = value + 1 where name = 'changes' returning value`
    await tx`update widgets set type = 'teletext' where id = ${gone}`
    await tx`update widgets set config = '{"zones":"all"}' where id = ${refused}`
    await tx`update hubs set revision = ${row?.value} where slug = 'aged'`
    await tx`insert into changes (number, hub, kind) values (${row?.value}, 'aged', 'put')`
    await tx`select pg_notify('hubs_changes', '')`
  })
  await sql.end()

  for (const look of ['live', 'opened anew'] as const) {
    if (look === 'opened anew') await open(page, 'aged')
    await expect(card(page, gone)).toContainText('There is no widget type “teletext”', PATIENCE)
    await expect(card(page, refused)).toContainText(
      'The settings of this widget are not what “Clock” takes',
      PATIENCE,
    )
    await expect(card(page, gone)).toContainText('Old news')
  }
  await expectWhole(page, 'aged', whole)
  const page404 = await page.request.get(`${product.url}/aged/w/${gone}`)
  expect(page404.status()).toBe(200)
})

test('a view that throws costs its card, on the server and in the browser, until there is other data', async ({
  page,
  browser,
}) => {
  source.set('thrown', 12)
  const [whole, broken] = await putPair('thrown', numbers(source.url('thrown'), 'thrown.it'))
  await expect
    .poll(async () => (await api(product.url).snapshot('thrown')).widgets[broken]?.status, PATIENCE)
    .toBe('fresh')

  // A result no version of this type would write: its view finds no columns.
  const redis = new Redis(stores.redis.url)
  const damaged: string[] = []
  for await (const keys of redis.scanStream({ match: '*entry:json@*' })) {
    for (const key of keys as string[]) {
      if ((await redis.hget(key, 'data')) !== '{"as":"number","value":12}') continue
      await redis.hset(key, 'data', '{"as":"table","columns":null,"rows":null,"more":0}')
      damaged.push(key)
    }
  }
  redis.disconnect()
  expect(damaged).toHaveLength(1)

  const plain = await browser.newContext({ javaScriptEnabled: false })
  const still = await plain.newPage()
  for (const look of [still, page]) {
    const answer = await look.goto(`${product.url}/thrown`)
    expect(answer?.status()).toBe(200)
    await expect(card(look, broken)).toContainText('This widget could not be drawn', PATIENCE)
    await untilFigure(look, whole, 1)
  }
  await plain.close()
  await expectWhole(page, 'thrown', whole)
  source.set('thrown', 13)
  await api(product.url).publish('thrown.it')
  await untilFigure(page, broken, 13)
})

for (const [store, words] of [
  ['redis', /^Waiting for the cache: Redis cannot be reached\.$/],
  ['nats', /^Waiting for the bus: NATS cannot be reached\.$/],
  ['postgres', /^Waiting for Postgres at .*: The database cannot be reached\.$/],
] as const) {
  test(`a start without ${store} says so, waits and goes on`, async () => {
    await stores[store].kill()
    const port = await freePort()
    const said: string[] = []
    const onLog = (line: string) => {
      if (line.startsWith('{')) said.push((JSON.parse(line) as { msg: string }).msg)
    }
    const starting = startProduct({ mode: 'real', stores, port, env, onLog })
    const complaint = () => said.find((message) => words.test(message))
    await expect.poll(complaint, PATIENCE).toBeTruthy()
    console.log(complaint())
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status
    expect(await status('/readyz')).toBe(503)
    expect(await status('/healthz')).toBe(200)
    await stores[store].restart()
    const second = await timed(`${store} back to ready`, () => starting)
    expect(await status('/readyz')).toBe(200)
    await second.stop()
  })
}
