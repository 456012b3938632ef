import { setTimeout as rest } from 'node:timers/promises'
import { expect, type Page, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { random } from '#testing/random.ts'
import { timed } from '#testing/times.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { openHttpRelay } from './fixtures/http-relay.ts'
import { card, figure, PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'

const TABS = 10
const STEPS = 45
const WIDGETS = 3
/** Milliseconds between two events. */
const PUBLISH_EVERY = 25
const slugs = ['north', 'east', 'south', 'west'] as const

test.describe.configure({ timeout: 300_000 })

let product: RunningProduct
let truth: Truth

test.beforeAll(async () => {
  truth = await openTruth()
  product = await startProduct({
    mode: 'real',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' },
  })
})
test.afterAll(async () => {
  await product?.stop()
  await truth?.close()
})

/** Puts a hub of numbers, one a name; `more` are widgets as they are. */
async function putNumbers(slug: string, names: readonly string[], more: readonly unknown[] = []) {
  for (const name of names) truth.set(name, 1)
  const numbers = names.map((name) => numberWidget(truth.url(name), name))
  const hub = await api(product.url).put(slug, hubOf(slug, [...numbers, ...more]))
  return hub.widgets.map(({ id }) => id)
}

test('ten tabs on four hubs, opened, closed and navigated while events land', async ({ context }) => {
  const chance = random('tabs')
  const relay = await openHttpRelay(product.url)
  const names = Object.fromEntries(
    slugs.map((slug) => [slug, Array.from({ length: WIDGETS }, (_, n) => `${slug}.${n}`)]),
  ) as Record<(typeof slugs)[number], string[]>
  const widgets = new Map<string, string>()
  for (const slug of slugs) {
    const ids = await putNumbers(slug, names[slug])
    for (const [place, name] of names[slug].entries()) widgets.set(name, ids[place] ?? '')
  }
  const all = Object.values(names).flat()
  const values = new Map(all.map((name) => [name, 1]))

  let publishing = true
  const publisher = (async () => {
    while (publishing) {
      const name = chance.of(all)
      const next = (values.get(name) ?? 0) + 1
      values.set(name, next)
      truth.set(name, next)
      await api(product.url).publish(name)
      await rest(PUBLISH_EVERY)
    }
  })()

  const tabs: Page[] = []
  function address(): string {
    const slug = chance.of(slugs)
    return chance.next() < 0.75 ? `/${slug}` : `/${slug}/w/${widgets.get(chance.of(names[slug]))}`
  }
  const steps = {
    async open() {
      const page = await context.newPage()
      page.setDefaultTimeout(PATIENCE.timeout)
      tabs.push(page)
      await page.goto(relay.url + address())
    },
    async close() {
      await tabs.splice(chance.below(tabs.length), 1)[0]?.close()
    },
    async goto() {
      await chance.of(tabs).goto(relay.url + address())
    },
    async back() {
      const page = chance.of(tabs)
      // Before its first page a tab was blank, which the browser does not count as a place to go back to.
      if (!(await page.evaluate(() => navigation.canGoBack))) return
      // `goBack` is content with whatever navigation ends first, and Next replaces the entry of a page that has just loaded.
      const arrived = page.waitForEvent('domcontentloaded')
      await page.goBack()
      await arrived
    },
    async forward() {
      await chance.of(tabs).goForward()
    },
    /** By links, so that the document stays and only what it shows changes. */
    async links() {
      const page = chance.of(tabs)
      const slug = chance.of(slugs)
      await page.getByRole('navigation').getByRole('link', { name: 'Hubs' }).click()
      await page.locator(`li a[href="/${slug}"]`).click()
      await page.waitForURL(`${relay.url}/${slug}`)
    },
    async look() {
      await chance.of(tabs).bringToFront()
    },
  }
  /** What stands in every tab, so that a step that fails says what it met. */
  async function shown(): Promise<string> {
    const texts = tabs.map(async (page) => {
      const text = await page
        .locator('body')
        .textContent({ timeout: 5_000 })
        .catch((error: Error) => error.message)
      return `${page.url()}: ${text?.slice(0, 300)}`
    })
    return (await Promise.all(texts)).join('\n')
  }
  const taken: string[] = []
  for (let n = 0; n < STEPS; n++) {
    const step =
      tabs.length < 3 || (tabs.length < TABS && chance.next() < 0.3)
        ? 'open'
        : chance.of(['close', 'goto', 'back', 'forward', 'links', 'links', 'look'] as const)
    taken.push(step)
    await steps[step]().catch(async (error: Error) => {
      throw new Error(`${error.message}\nafter ${taken.join(' ')}\n${await shown()}`, { cause: error })
    })
  }
  while (tabs.length < TABS) await steps.open()
  publishing = false
  await publisher
  console.log(`tabs: ${taken.join(' ')}`)

  for (const page of tabs) {
    const path = new URL(page.url()).pathname
    const slug = slugs.find((each) => path.split('/')[1] === each)
    if (!slug) continue
    await untilLine(page, 'live')
    const alone = path.split('/')[3]
    for (const name of names[slug]) {
      const id = widgets.get(name) ?? ''
      if (alone === undefined || alone === id) await untilFigure(page, id, values.get(name) ?? 0)
    }
  }
  for (const slug of slugs) {
    const snapshot = await api(product.url).snapshot(slug)
    for (const name of names[slug])
      expect(snapshot.widgets[widgets.get(name) ?? '']).toMatchObject({
        status: 'fresh',
        data: { value: values.get(name) },
      })
  }
  await expect.poll(() => relay.streams(), PATIENCE).toBe(1)
  for (const page of tabs) await page.close()
  await relay.close()
})

test('a config whose key has a lower version is shown all the same', async ({ page, context }) => {
  const old = await putNumbers('older', ['settled'])
  const [id = ''] = await putNumbers('newer', ['busy'])
  const opened = await context.newPage()
  await opened.goto(`${product.url}/older`)
  await untilFigure(opened, old[0] ?? '', 1)
  await page.goto(`${product.url}/newer`)
  await untilLine(page, 'live')
  for (let n = 2; n <= 5; n++) {
    truth.set('busy', n * 100)
    await api(product.url).publish('busy')
    await untilFigure(page, id, n * 100)
  }
  const before = (await api(product.url).snapshot('newer')).widgets[id]?.version ?? ''
  truth.set('settled', 7)
  await api(product.url).put(
    'newer',
    hubOf('newer', [{ ...numberWidget(truth.url('settled'), 'settled'), id }]),
  )
  // What the older hub shows of the same key, which no event has touched.
  await untilFigure(page, id, 1)
  const after = (await api(product.url).snapshot('newer')).widgets[id]?.version ?? ''
  const offset = (version: string) => Number(version.split(':')[1])
  expect(offset(after)).toBeLessThan(offset(before))

  await api(product.url).publish('settled')
  await untilFigure(page, id, 7)
  await untilFigure(opened, old[0] ?? '', 7)
})

test('widgets come, go and move while the page is open', async ({ page }) => {
  const [first = '', second = ''] = await putNumbers('edited', ['edit.a', 'edit.b'])
  await page.goto(`${product.url}/edited`)
  await untilLine(page, 'live')
  truth.set('edit.c', 3)
  const kept = { ...numberWidget(truth.url('edit.a'), 'edit.a'), id: first, title: 'Renamed' }
  const added = numberWidget(truth.url('edit.c'), 'edit.c')
  const hub = await api(product.url).put('edited', hubOf('Edited hub', [added, kept]))
  const third = hub.widgets.find(({ title }) => title === 'edit.c')?.id ?? ''
  await untilFigure(page, third, 3)
  await expect(card(page, second)).toHaveCount(0)
  await expect(card(page, first)).toContainText('Renamed')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Edited hub')

  truth.set('edit.c', 4)
  truth.set('edit.a', 5)
  await api(product.url).publish('edit.c')
  await api(product.url).publish('edit.a')
  await untilFigure(page, third, 4)
  await untilFigure(page, first, 5)
})

test('a hub that is removed says so and keeps what it showed', async ({ page }) => {
  const [id = ''] = await putNumbers('doomed', ['doom'])
  await page.goto(`${product.url}/doomed`)
  await untilLine(page, 'live')
  await api(product.url).send('DELETE', '/api/v1/hubs/doomed')
  await expect(page.getByText('This hub has been removed.')).toBeVisible(PATIENCE)
  await expect(figure(page, id)).toHaveText('1')
  expect((await page.request.get(`${product.url}/doomed`)).status()).toBe(404)
})

test('a layout that changed while the page was cut off', async ({ page }) => {
  const relay = await openHttpRelay(product.url)
  const [first = '', second = ''] = await putNumbers('apart', ['apart.a', 'apart.b'])
  await page.goto(`${relay.url}/apart`)
  await untilLine(page, 'live')
  await untilFigure(page, second, 1)
  await relay.cut()

  truth.set('apart.b', 20)
  truth.set('apart.c', 30)
  const moved = { ...numberWidget(truth.url('apart.b'), 'apart.b'), id: second }
  const hub = await api(product.url).put(
    'apart',
    hubOf('Apart', [numberWidget(truth.url('apart.c'), 'apart.c'), moved]),
  )
  const third = hub.widgets[0]?.id ?? ''
  await api(product.url).publish('apart.b')
  await relay.restore()

  await untilFigure(page, third, 30)
  await untilFigure(page, second, 20)
  await expect(card(page, first)).toHaveCount(0)
  truth.set('apart.c', 31)
  await api(product.url).publish('apart.c')
  await untilFigure(page, third, 31)
  await relay.close()
})

test('a page away for longer than its interest is kept comes back to the truth', async ({ page }) => {
  const relay = await openHttpRelay(product.url)
  const [away = ''] = await putNumbers('away', ['away'])
  await page.goto(`${relay.url}/away`)
  await untilLine(page, 'live')
  await untilFigure(page, away, 1)
  await relay.cut()

  // Another key of the same topic that somebody looks at shows when an event has been worked off.
  truth.set('watched', 0)
  const watching = hubOf('Watching', [numberWidget(truth.url('watched'), 'away')])
  const watched = (await api(product.url).put('watching', watching)).widgets[0]?.id ?? ''
  const looking = await page.context().newPage()
  await looking.goto(`${product.url}/watching`)
  await untilLine(looking, 'live')

  let value = 1
  /** Whether an event still makes the server load what the page away shows. */
  async function stillLoaded(): Promise<boolean> {
    const before = truth.loads('away')
    value += 1
    truth.set('away', value)
    truth.set('watched', value)
    await api(product.url).publish('away')
    await untilFigure(looking, watched, value)
    return truth.loads('away') > before
  }
  expect(await stillLoaded()).toBe(true)
  await timed('interest of a page that is away', async () => {
    await expect.poll(stillLoaded, { timeout: 120_000, intervals: [5_000] }).toBe(false)
  })
  await relay.restore()
  await timed('back after its interest ended', () => untilFigure(page, away, value))
  await relay.close()
})
