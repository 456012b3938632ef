import { expect, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { card, PATIENCE, untilLine } from './fixtures/hub-page.ts'

const arabic = 'نشر الموقع (1.4)'
const long = 'A focus ring that survives forced colours and zoom'

let product: RunningProduct
let truth: Truth
let ids: readonly string[]

test.beforeAll(async () => {
  truth = await openTruth()
  product = await startProduct({
    mode: 'embedded',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' },
  })
  truth.set('count', 1)
  truth.set('lines', [arabic, ...Array.from({ length: 60 }, (_, n) => `line ${n}`)])
  const zones = [
    { zone: 'America/Los_Angeles', label: 'San Francisco' },
    { zone: 'Europe/Prague', label: 'Prague' },
    { zone: 'Asia/Tokyo', label: 'Tokyo' },
  ]
  const hub = await api(product.url).put(
    'content',
    hubOf('Content', [
      {
        type: 'clock',
        title: 'Around the world',
        config: { zones },
        position: { x: 0, y: 0, w: 3, h: 3 },
      },
      {
        type: 'json',
        title: arabic,
        config: { url: truth.url('lines'), as: 'list' },
        position: { x: 3, y: 0, w: 4, h: 3 },
      },
      ...Array.from({ length: 4 }, () => numberWidget(truth.url('count'), 'count')),
      {
        type: 'links',
        title: 'Long',
        config: { groups: [{ links: [{ title: long, url: '/content', note: `${long}, with a note` }] }] },
        position: { x: 0, y: 100, w: 3, h: 3 },
      },
      {
        type: 'notes',
        title: 'A screen of text',
        config: { text: 'Words that take a line of a phone.\n\n'.repeat(20) },
        position: { x: 3, y: 100, w: 4, h: 3 },
      },
    ]),
  )
  ids = hub.widgets.map(({ id }) => id)
  const statuses = async () =>
    Object.values((await api(product.url).snapshot('content')).widgets).map(({ status }) => status)
  await expect.poll(async () => new Set(await statuses()), PATIENCE).toEqual(new Set(['fresh']))
})
test.afterAll(async () => {
  await product?.stop()
  await truth?.close()
})

/** Pixels of what an element holds that it does not show, down and across. */
const hidden = (element: Element) => [
  element.scrollHeight - element.clientHeight,
  element.scrollWidth - element.clientWidth,
]

for (const width of [1440, 390]) {
  test.describe(`${width} pixels wide`, () => {
    test.beforeEach(async ({ page }) => {
      await page.setViewportSize({ width, height: 500 })
      await page.goto(`${product.url}/content`)
      await untilLine(page, 'live')
    })

    test('three clocks are whole in a card of three rows', async ({ page }) => {
      const area = card(page, ids[0] ?? '').locator('.scroll-shade')
      await expect(area.locator('li')).toHaveCount(3)
      expect(await area.evaluate(hidden)).toEqual([0, 0])
    })

    test('a row takes a second line before its words are cut', async ({ page }) => {
      const row = card(page, ids[6] ?? '').locator('li')
      for (const text of [row.getByTitle(long, { exact: true }).locator('..'), row.getByTitle('with a note')])
        expect(await text.evaluate(hidden)).toEqual([0, 0])
    })

    test('what is written from right to left is set apart from what stands beside it', async ({ page }) => {
      const lines = card(page, ids[1] ?? '')
      for (const text of [lines.getByRole('heading'), lines.locator('li').getByText(arabic)]) {
        const set = await text.first().evaluate((element) => {
          const { direction, unicodeBidi } = getComputedStyle(element.closest('[dir]') ?? element)
          return [direction, unicodeBidi]
        })
        expect(set).toEqual(['rtl', 'isolate'])
      }
    })

    test('every target can be hit: 24 pixels each way', async ({ page }) => {
      const boxes = await page.locator('a[href], button, summary').evaluateAll((elements) =>
        elements
          .map((element) => ({ name: element.textContent, box: element.getBoundingClientRect() }))
          // What only the keyboard brings into view is no target.
          .filter(({ box }) => box.width > 1 && box.height > 1 && box.bottom > 0)
          .map(({ name, box: { x, y, width: w, height: h } }) => ({ name, x, y, w, h })),
      )
      expect(boxes.length).toBeGreaterThan(ids.length)
      expect(boxes.filter(({ w, h }) => w < 24 || h < 24)).toEqual([])
    })
  })
}

test('a screen of text is whole on a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${product.url}/content`)
  await untilLine(page, 'live')
  expect(
    await card(page, ids[7] ?? '')
      .locator('.scroll-shade')
      .evaluate(hidden),
  ).toEqual([0, 0])
})

test('the wheel over a card moves the card, then the page', async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 400 })
  await page.goto(`${product.url}/content`)
  await untilLine(page, 'live')
  const area = card(page, ids[1] ?? '').locator('.scroll-shade')
  // So that there is a way up, wherever the card lies.
  await page.evaluate(() => scrollTo(0, 100))
  await area.hover()
  const scrolled = () => page.evaluate(() => scrollY)
  const before = await scrolled()
  expect(before).toBeGreaterThan(0)
  await page.mouse.wheel(0, 100)
  await expect.poll(() => area.evaluate((element) => element.scrollTop)).toBeGreaterThan(0)
  expect(await scrolled()).toBe(before)
  await area.evaluate((element) => element.scrollTo(0, 0))
  await expect
    .poll(async () => {
      await page.mouse.wheel(0, -100)
      return scrolled()
    })
    .toBeLessThan(before)
})
