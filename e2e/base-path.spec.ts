import { expect, type Page, test } from '@playwright/test'
import { ADMIN_API_TOKEN, type AdminApi, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { freePort } from '#testing/servers/free-port.ts'
import type { Server } from '#testing/servers/server.ts'
import { openSse } from '#testing/sse.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { listenForComplaints } from './fixtures/complaints.ts'
import { untilFigure, untilLine } from './fixtures/hub-page.ts'
import { startPathProxy } from './fixtures/path-proxy.ts'
import { embedding, openSite, type Site } from './fixtures/site.ts'

let product: RunningProduct
let proxy: Server
let truth: Truth
let site: Site
let hubs: AdminApi
/** Paths that were asked of the host name and are not below the path. */
let beside: string[]

test.beforeAll(async () => {
  ;[truth, site] = await Promise.all([openTruth(), openSite()])
  const port = await freePort()
  proxy = await startPathProxy(`http://127.0.0.1:${port}`)
  product = await startProduct({
    mode: 'embedded',
    port,
    env: {
      HUBS_ORIGIN: `${proxy.url}/hubs/`,
      HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN,
      HUBS_FETCH_ALLOW: '127.0.0.1/32',
    },
  })
  hubs = api(`${proxy.url}/hubs`)
  for (const name of ['a', 'b']) truth.set(name, 1)
  await hubs.put('team', { ...hubOf('Team', [card('a'), links, notes]), embedOrigins: [site.url] })
  await hubs.put('other', hubOf('Other', [card('b')]))
})
test.afterAll(async () => {
  await product?.stop()
  await proxy?.stop()
  await Promise.all([truth?.close(), site?.close()])
})
test.beforeEach(({ context }) => {
  beside = []
  context.on('request', (request) => {
    const { host, pathname } = new URL(request.url())
    if (host === new URL(proxy.url).host && !pathname.startsWith('/hubs/')) beside.push(request.url())
  })
})
test.afterEach(() => expect(beside).toEqual([]))

const card = (name: string) => ({ ...numberWidget(truth.url(name), name), id: `card-${name}` })
const links = {
  type: 'links',
  title: 'Links',
  config: { groups: [{ links: [{ title: 'The other hub', url: '/other' }] }] },
  position: { x: 4, y: 0, w: 4, h: 2 },
}
const notes = {
  type: 'notes',
  title: 'Notes',
  config: { text: 'Read [this hub](/other).' },
  position: { x: 8, y: 0, w: 4, h: 2 },
}

async function change(place: Parameters<typeof untilFigure>[0], name: string, value: number): Promise<void> {
  truth.set(name, value)
  await hubs.publish(name)
  await untilFigure(place, `card-${name}`, value)
}

const hrefs = (page: Page) =>
  page
    .locator('a[href], link[href]')
    .evaluateAll((all) =>
      all.map((each) => each.getAttribute('href') ?? '').filter((to) => /^\/(?!\/)/.test(to)),
    )

test('a hub is live below the path, and all it asks for is below it', async ({ page }) => {
  const complaints = await listenForComplaints(page)
  await page.goto(`${proxy.url}/hubs/team`)
  await untilLine(page, 'live')
  await change(page, 'a', 2)
  for (const href of await hrefs(page)) expect(href).toMatch(/^\/hubs\//)
  expect(await page.evaluate(() => [...document.fonts].some(({ status }) => status === 'loaded'))).toBe(true)
  expect(complaints).toEqual([])
})

test('links lead to hubs, the directory and what is not there, all below the path', async ({ page }) => {
  await page.goto(`${proxy.url}/hubs`)
  await expect(page).toHaveURL(`${proxy.url}/hubs/`)
  await page.getByRole('link', { name: 'Team', exact: true }).click()
  await page.getByRole('link', { name: 'The other hub' }).click()
  await expect(page).toHaveURL(`${proxy.url}/hubs/other`)
  await untilLine(page, 'live')
  await page.goBack()
  await page.getByRole('link', { name: 'this hub' }).click()
  await expect(page).toHaveURL(`${proxy.url}/hubs/other`)
  await page.getByRole('link', { name: 'b', exact: true }).click()
  await expect(page).toHaveURL(`${proxy.url}/hubs/other/w/card-b`)
  await page.getByText('Why').first().click()
  await page.goto(`${proxy.url}/hubs/tean`)
  await page.getByRole('link', { name: 'Team' }).click()
  await expect(page).toHaveURL(`${proxy.url}/hubs/team`)
  beside = beside.filter((url) => url !== `${proxy.url}/hubs`)
})

test('a card is live on a page elsewhere, and its code there has the path', async ({ page }) => {
  site.show(embedding(`${proxy.url}/hubs`, ['card-a']))
  await page.goto(site.url)
  const frame = page.frameLocator('hub-widget iframe')
  await untilLine(frame, 'live')
  await change(frame, 'a', 3)
  await page.goto(`${proxy.url}/hubs/team/w/card-a`)
  await page.getByText('Show it on another page').click()
  await expect(page.getByText(`${proxy.url}/hubs/embed.js`)).toBeVisible()
  await expect(page.getByText(`${proxy.url}/hubs/embed/card-a`)).toBeVisible()
})

test('addresses that the API tells are below the path', async () => {
  const made = await hubs.send('PUT', '/api/v1/hubs/made', hubOf('Made', []))
  expect([made.status, made.headers.get('location')]).toEqual([201, '/hubs/api/v1/hubs/made'])
  const described = await (await fetch(`${hubs.url}/api/v1/openapi.json`)).json()
  expect(described.servers).toEqual([{ url: '/hubs' }])

  const text = 'word '.repeat(3_000)
  await hubs.put('large', hubOf('Large', [{ ...notes, config: { text } }]))
  const frames = await openSse(`${hubs.url}/api/v1/stream?hub=large`)
  const told = await frames.until(({ name, data }) => name === 'widget' && data.href !== undefined)
  frames.close()
  expect((await fetch(new URL(told.data.href, proxy.url))).status).toBe(200)
})

test('beside the path is the other site; of Hubs only what asks for health is answered there', async () => {
  expect(await (await fetch(proxy.url)).text()).toContain('Another site')
  const status = async (path: string) => (await fetch(product.url + path, { redirect: 'manual' })).status
  expect(await status('/healthz')).toBe(200)
  expect(await status('/hubs/healthz')).toBe(200)
  for (const path of ['/', '/team', '/api/v1/hubs', '/hubsteam', '/embed.js'])
    expect(await status(path), path).toBe(404)
  for (const path of ['/hubs', '/hubs/', '/hubs/?page=2', '/hubs/icon.svg'])
    expect(await status(path), path).toBe(200)
})
