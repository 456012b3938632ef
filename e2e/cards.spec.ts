import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { card, PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'

let product: RunningProduct
let truth: Truth
/** A page of another origin, whose body is `elsewhere`. */
let host: Server
let origin: string
let elsewhere = ''
let id: string

test.beforeAll(async () => {
  truth = await openTruth()
  host = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html>${elsewhere}`)
  }).listen(0, '127.0.0.1')
  await once(host, 'listening')
  origin = `http://localhost:${(host.address() as AddressInfo).port}`
  product = await startProduct({
    mode: 'embedded',
    env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' },
  })
  truth.set('count', 1)
  const lines = Array.from({ length: 60 }, (_, n) => `line ${n}`)
  truth.set('lines', lines)
  const hub = await put([])
  id = hub.widgets[0]?.id ?? ''
  await expect
    .poll(async () => (await api(product.url).snapshot('cards')).widgets[id]?.status, PATIENCE)
    .toBe('fresh')
})
test.afterAll(async () => {
  await product?.stop()
  await truth?.close()
  host?.close()
})

const put = (embedOrigins: readonly string[]) =>
  api(product.url).put('cards', {
    ...hubOf('Cards', [
      { ...numberWidget(truth.url('count'), 'count'), title: 'Builds' },
      {
        type: 'json',
        title: 'Lines',
        config: { url: truth.url('lines'), as: 'list' },
        position: { x: 4, y: 0, w: 4, h: 3 },
      },
    ]),
    embedOrigins,
  })

test('a frame in which no scripts run says as of when it is, and that it does not update', async ({
  page,
}) => {
  await put([origin])
  elsewhere = `<iframe sandbox src="${product.url}/embed/${id}" width="400" height="250"></iframe>`
  await page.goto(origin)
  const frame = page.frameLocator('iframe')
  await untilFigure(frame, id, 1)
  await expect(frame.locator('footer')).toContainText(/As of \d+ \w+ \d{4}, \d\d:\d\d UTC\. Not updating\./)
  await expect(frame.locator('body')).not.toContainText('just now')
  await expect(frame.locator('body')).not.toContainText('Connecting')
})

test('a frame whose sandbox gives it no origin is live', async ({ page }) => {
  await put([origin])
  elsewhere = `<iframe sandbox="allow-scripts" src="${product.url}/embed/${id}" width="400" height="250"></iframe>`
  await page.goto(origin)
  const frame = page.frameLocator('iframe')
  await untilLine(frame, 'live')
  truth.set('count', 2)
  await api(product.url).publish('count')
  await untilFigure(frame, id, 2)
  truth.set('count', 1)
  await api(product.url).publish('count')
  await untilFigure(frame, id, 1)
})

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false })

  test('a hub says as of when it is, and that it does not update', async ({ page }) => {
    await page.goto(`${product.url}/cards`)
    await expect(page.getByRole('status')).toHaveText(/As of .* UTC\. Not updating\./)
    const shown = await page
      .locator('footer time')
      .first()
      .evaluate((time) => getComputedStyle(time, '::after').content)
    expect(shown).toMatch(/UTC/)
  })
})

test('a page that may not show a widget is told so inside the frame', async ({ page }) => {
  await put([])
  elsewhere = `<iframe src="${product.url}/embed/${id}" width="400" height="250"></iframe>`
  const answered = page.waitForResponse((answer) => answer.url().endsWith(`/embed/${id}`))
  await page.goto(origin)
  expect((await answered).status()).toBe(403)
  const frame = page.frameLocator('iframe')
  await expect(frame.getByText('This page may not show this widget.')).toBeVisible()
  await expect(frame.locator('main')).toContainText(`Its hub must allow ${origin}.`)
  await expect(frame.locator('[data-widget]')).toHaveCount(0)

  elsewhere = `<iframe src="${product.url}/embed/nothing" width="400" height="250"></iframe>`
  await page.goto(origin)
  await expect(frame.getByText('This widget was removed, or its address is wrong.')).toBeVisible()
})

test('an embedded card has the theme of the page around it', async ({ page }) => {
  await put([origin])
  elsewhere = `<body style="background: #101418"><script src="${product.url}/embed.js"></script>
    <hub-widget src="${product.url}/embed/${id}"></hub-widget>`
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(origin)
  const frame = page.frameLocator('hub-widget iframe')
  await untilLine(frame, 'live')
  await expect(frame.locator('html')).toHaveCSS('color-scheme', 'dark')
  await page.evaluate(() => document.body.style.setProperty('background', 'white'))
  await expect(frame.locator('html')).toHaveCSS('color-scheme', 'light')
  await untilLine(frame, 'live')
})

test('the wheel goes on where a card ends', async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 300 })
  await page.goto(`${product.url}/cards`)
  await untilLine(page, 'live')
  const area = page.locator('[data-widget] .scroll-shade').last()
  expect(await area.evaluate((element) => getComputedStyle(element).overscrollBehaviorY)).toBe('auto')
})

test('why a card is as it is stands beside its button, and closes as popovers do', async ({ page }) => {
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 700 })
    await page.goto(`${product.url}/cards`)
    await untilLine(page, 'live')
    const button = card(page, id).getByRole('button', { name: 'Why?' })
    const panel = page.getByRole('dialog', { name: 'Builds' })
    const before = await page.evaluate(() => scrollY)
    await button.click()
    await expect(panel.getByText('Last loads')).toBeVisible()
    await expect(panel).toBeInViewport({ ratio: 1 })
    expect(await page.evaluate(() => scrollY)).toBe(before)
    expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(24)
    await panel.getByRole('button', { name: 'Close' }).click()
    await expect(panel).toBeHidden()
    await button.click()
    await expect(panel).toBeVisible()
    await page.mouse.click(5, 690)
    await expect(panel).toBeHidden()
  }
})

test('on paper every row is there, and what only a screen can do is not', async ({ page }) => {
  await page.goto(`${product.url}/cards`)
  await untilLine(page, 'live')
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
  await expect(page.getByText(/^As of .* UTC · http/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Why?' }).first()).toBeHidden()
  await expect(page.getByRole('navigation')).toBeHidden()
  const cut = await page
    .locator('.scroll-shade')
    .evaluateAll((areas) => areas.filter((area) => getComputedStyle(area).overflowY !== 'visible').length)
  expect(cut).toBe(0)
  const last = page.getByText('line 59', { exact: true })
  const inside = await last.evaluate((row) => {
    const frame = row.closest('article')?.getBoundingClientRect()
    return frame !== undefined && row.getBoundingClientRect().bottom <= frame.bottom
  })
  expect(inside).toBe(true)
})

test('who asks for a hub there is none of is shown what may be meant', async ({ page }) => {
  const answer = await page.goto(`${product.url}/carsd`)
  expect(answer?.status()).toBe(404)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('No hub called “carsd”')
  await page.getByRole('link', { name: 'Cards' }).click()
  await expect(page).toHaveURL(`${product.url}/cards`)

  const lost = await page.goto(`${product.url}/cards/w/nothing`)
  expect(lost?.status()).toBe(404)
  await expect(page.locator('main')).toContainText('It was removed from Cards')
})
