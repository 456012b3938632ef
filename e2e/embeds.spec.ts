import { expect, test } from '@playwright/test'
import { api, hubOf, numberWidget } from '#testing/api.ts'
import { printTimes, wallClock } from '#testing/times.ts'
import { recordChanges } from './fixtures/changes.ts'
import { card, PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'
import { type RelayedProduct, startRelayed } from './fixtures/relayed-product.ts'
import { embedding, openSite } from './fixtures/site.ts'

for (const mode of ['embedded', 'real'] as const) {
  test.describe(`${mode} stores`, () => {
    let started: RelayedProduct
    test.beforeAll(async () => {
      started = await startRelayed(mode)
    })
    test.afterAll(() => started?.close())

    /** A hub that the page of another origin may frame, and the ids of its widgets. */
    async function putFramed(slug: string, widgets: readonly unknown[]): Promise<readonly string[]> {
      const document = { ...hubOf(slug, widgets), embedOrigins: [started.site.url] }
      return (await api(started.product.url).put(slug, document)).widgets.map(({ id }) => id)
    }

    test('a widget embedded in a page of another origin is live and as high as its content', async ({
      page,
    }) => {
      const { product, truth, relay, site } = started
      truth.set('list', ['one'])
      const things = {
        type: 'json',
        title: 'Things',
        config: { url: truth.url('list'), as: 'list', refreshOn: ['framed.list'] },
        position: { x: 0, y: 0, w: 4, h: 3 },
      }
      const [id = ''] = await putFramed('framed', [things])
      site.show(embedding(relay.url, [id]))
      await page.goto(site.url)
      const frame = page.frameLocator('hub-widget iframe')
      await untilLine(frame, 'live')
      await expect(card(frame, id)).toContainText('one')

      const height = async () => (await page.locator('hub-widget iframe').boundingBox())?.height ?? 0
      const content = () => frame.locator('body').evaluate((body) => body.getBoundingClientRect().height)
      await expect.poll(async () => (await height()) - (await content()), PATIENCE).toBeCloseTo(0, -0.5)
      const low = await height()

      const inside = page.frames().find((each) => each.url().includes('/embed/'))
      if (!inside) throw new Error('The frame is not there')
      const changes = await recordChanges(inside)
      const asked = relay.requests.length
      truth.set(
        'list',
        Array.from({ length: 9 }, (_, n) => `line ${n + 1}`),
      )
      const began = wallClock()
      await api(product.url).publish('framed.list')
      await expect(card(frame, id)).toContainText('line 9', PATIENCE)
      await expect(card(frame, id)).toContainText('just changed')
      const [first] = await changes()
      printTimes(`${mode}, publish to paint in a frame of another origin`, [(first?.paintedAt ?? 0) - began])
      expect(relay.requests.slice(asked)).toEqual([])
      await expect.poll(height, PATIENCE).toBeGreaterThan(low + 50)

      truth.set('list', ['one'])
      await api(product.url).publish('framed.list')
      await expect(card(frame, id)).not.toContainText('line 9', PATIENCE)
      await expect.poll(height, PATIENCE).toBeLessThan(low + 5)
    })

    test('a page of an origin the hub does not name is refused the frame', async ({ page }) => {
      const { product } = started
      const stranger = await openSite()
      const notes = { type: 'notes', config: { text: 'Ours' }, position: { x: 0, y: 0, w: 4, h: 2 } }
      const [id = ''] = await putFramed('guarded', [notes])
      // One that does not say whose it is, and a page that nobody frames: the browser itself refuses.
      for (const path of [`/embed/${id}`, '/guarded']) {
        stranger.show(`<iframe src="${product.url}${path}" referrerpolicy="no-referrer"></iframe>`)
        const refused = page.waitForEvent('console', {
          predicate: (message) => message.text().includes('frame-ancestors'),
        })
        await page.goto(stranger.url)
        await refused
        await expect(page.frameLocator('iframe').locator('[data-widget]')).toHaveCount(0)
      }
      stranger.show(`<iframe src="${product.url}/embed/${id}"></iframe>`)
      await page.goto(stranger.url)
      const frame = page.frameLocator('iframe')
      await expect(frame.locator('main')).toContainText(`Its hub must allow ${stranger.url}`)
      await expect(frame.locator('[data-widget]')).toHaveCount(0)
      await stranger.close()
    })

    test('eight embeds on one page over HTTP/1.1 are all live', async ({ page }) => {
      const { product, truth, relay, site } = started
      const names = Array.from({ length: 8 }, (_, n) => `eight.${n}`)
      for (const name of names) truth.set(name, 1)
      const numbers = names.map((name) => numberWidget(truth.url(name), name))
      const ids = await putFramed('eight', numbers)
      const streamsBefore = relay.streams()
      site.show(embedding(relay.url, ids))
      await page.goto(site.url)
      const frames = ids.map((id) => ({ id, frame: page.frameLocator(`hub-widget[src$="${id}"] iframe`) }))
      for (const { id, frame } of frames) {
        await page.locator(`hub-widget[src$="${id}"]`).scrollIntoViewIfNeeded()
        await untilLine(frame, 'live')
      }
      for (const name of names) {
        truth.set(name, 2)
        await api(product.url).publish(name)
      }
      for (const { id, frame } of frames) await untilFigure(frame, id, 2)
      await expect.poll(() => relay.streams() - streamsBefore, PATIENCE).toBe(1)
    })
  })
}
