import { jetstream } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { expect, type Page, test } from '@playwright/test'
import { ADMIN_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { printTimes, wallClock } from '#testing/times.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { type Change, recordChanges } from './fixtures/changes.ts'
import { type HttpRelay, openHttpRelay } from './fixtures/http-relay.ts'
import { card, figure, PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'
import { embedding, openSite, type Site } from './fixtures/site.ts'

for (const mode of ['embedded', 'real'] as const) {
  test.describe(`${mode} stores`, () => {
    let product: RunningProduct
    let truth: Truth
    let relay: HttpRelay
    let site: Site
    let nats: NatsConnection | undefined

    test.beforeAll(async () => {
      ;[truth, site] = await Promise.all([openTruth(), openSite()])
      product = await startProduct({
        mode,
        env: { HUBS_ADMIN_TOKEN: ADMIN_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' },
      })
      relay = await openHttpRelay(product.url)
      if (product.stores) nats = await connect({ servers: product.stores.nats.url })
    })
    test.afterAll(async () => {
      await nats?.close()
      await relay?.close()
      await product?.stop()
      await Promise.all([truth?.close(), site?.close()])
    })

    const ways = mode === 'real' ? (['HTTP', 'NATS'] as const) : (['HTTP'] as const)

    async function publish(way: 'HTTP' | 'NATS', topic: string): Promise<void> {
      if (way === 'HTTP') await api(product.url).publish(topic)
      else if (nats) await jetstream(nats).publish(`events.${topic}`, '{"version":"1.4"}')
    }

    /** Half a second passes without a request. Playwright's own `networkidle` counts a worker's script as never loaded. */
    async function untilQuiet(): Promise<void> {
      let before = -1
      const quiet = () => {
        const more = relay.requests.length - before
        before = relay.requests.length
        return more === 0
      }
      await expect.poll(quiet, { ...PATIENCE, intervals: [500] }).toBe(true)
    }

    /** Three numbers and two cards of other kinds; opens the page and waits until it is at rest. */
    async function openHub(page: Page, slug: string): Promise<readonly string[]> {
      const names = ['a', 'b', 'c'].map((name) => `${slug}.${name}`)
      for (const name of names) truth.set(name, 1)
      const hub = await api(product.url).put(
        slug,
        hubOf('Live', [
          ...names.map((name) => numberWidget(truth.url(name), name)),
          { type: 'notes', config: { text: 'Quiet' }, position: { x: 4, y: 0, w: 4, h: 4 } },
          { type: 'activity', config: { topics: ['quiet.>'] }, position: { x: 8, y: 0, w: 4, h: 4 } },
        ]),
      )
      const ids = hub.widgets.map(({ id }) => id)
      await page.goto(`${relay.url}/${slug}`)
      await untilLine(page, 'live')
      for (const id of ids.slice(0, 3)) await untilFigure(page, id, 1)
      await untilQuiet()
      return ids
    }

    for (const way of ways) {
      test(`an event by ${way} changes its card and nothing else, without a request`, async ({ page }) => {
        const slug = `one-${way.toLowerCase()}`
        const ids = await openHub(page, slug)
        const a = ids[0] as string
        const changes = await recordChanges(page)
        const asked = relay.requests.length

        truth.set(`${slug}.a`, 2)
        truth.set(`${slug}.b`, 2)
        await publish(way, `${slug}.a`)
        await untilFigure(page, a, 2)
        await expect(card(page, a)).toContainText('just changed')
        await expect(card(page, a)).toContainText(`changed by ${slug}.a`)
        // Spoken last, seconds later: what else the event might have set off has happened by then.
        await expect(page.locator('[aria-live=polite]')).toHaveText(`${slug}.a changed.`, PATIENCE)

        expect(new Set((await changes()).map(({ where }) => where))).toEqual(new Set([a]))
        expect(relay.requests.slice(asked)).toEqual([])
        await expect(figure(page, ids[1] as string)).toHaveText('1')
        expect(truth.loads(`${slug}.b`)).toBe(1)
      })

      test(`time from a publish by ${way} to its paint`, async ({ page }) => {
        const slug = `time-${way.toLowerCase()}`
        await openHub(page, slug)
        const changes = await recordChanges(page)
        const times: number[] = []
        for (let n = 101; n <= 130; n++) {
          truth.set(`${slug}.a`, n)
          const began = wallClock()
          await publish(way, `${slug}.a`)
          const shown = ({ figure }: Change) => figure === String(n)
          await expect.poll(async () => (await changes()).some(shown), PATIENCE).toBe(true)
          times.push(((await changes()).find(shown)?.paintedAt ?? Number.NaN) - began)
        }
        printTimes(`${mode}, publish by ${way} to paint`, times)
        expect(times.every((time) => time > 0)).toBe(true)
      })
    }

    test('a widget embedded in a page of another origin is live and as high as its content', async ({
      page,
    }) => {
      truth.set('list', ['one'])
      const hub = await api(product.url).put('framed', {
        ...hubOf('Framed', [
          {
            type: 'json',
            title: 'Things',
            config: { url: truth.url('list'), as: 'list', refreshOn: ['framed.list'] },
            position: { x: 0, y: 0, w: 4, h: 3 },
          },
        ]),
        embedOrigins: [site.url],
      })
      const id = hub.widgets[0]?.id as string
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
      const stranger = await openSite()
      const hub = await api(product.url).put('guarded', {
        ...hubOf('Guarded', [
          { type: 'notes', config: { text: 'Ours' }, position: { x: 0, y: 0, w: 4, h: 2 } },
        ]),
        embedOrigins: [site.url],
      })
      const id = hub.widgets[0]?.id as string
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
      const names = Array.from({ length: 8 }, (_, n) => `eight.${n}`)
      for (const name of names) truth.set(name, 1)
      const hub = await api(product.url).put('eight', {
        ...hubOf(
          'Eight',
          names.map((name) => numberWidget(truth.url(name), name)),
        ),
        embedOrigins: [site.url],
      })
      const streamsBefore = relay.streams()
      site.show(
        embedding(
          relay.url,
          hub.widgets.map(({ id }) => id),
        ),
      )
      await page.goto(site.url)
      const frames = hub.widgets.map(({ id }) => ({
        id,
        frame: page.frameLocator(`hub-widget[src$="${id}"] iframe`),
      }))
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
