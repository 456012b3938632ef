import { jetstream } from '@nats-io/jetstream'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { expect, type Page, test } from '@playwright/test'
import { api, hubOf, numberWidget } from '#testing/api.ts'
import { printTimes, wallClock } from '#testing/times.ts'
import { type Change, recordChanges } from './fixtures/changes.ts'
import { card, figure, PATIENCE, untilFigure, untilLine } from './fixtures/hub-page.ts'
import { type RelayedProduct, startRelayed } from './fixtures/relayed-product.ts'

for (const mode of ['embedded', 'real'] as const) {
  test.describe(`${mode} stores`, () => {
    let started: RelayedProduct
    let nats: NatsConnection | undefined
    test.beforeAll(async () => {
      started = await startRelayed(mode)
      const { stores } = started.product
      if (stores) nats = await connect({ servers: stores.nats.url })
    })
    test.afterAll(async () => {
      await nats?.close()
      await started?.close()
    })

    const ways = mode === 'real' ? (['HTTP', 'NATS'] as const) : (['HTTP'] as const)

    async function publish(way: 'HTTP' | 'NATS', topic: string): Promise<void> {
      if (way === 'HTTP') await api(started.product.url).publish(topic)
      else if (nats) await jetstream(nats).publish(`events.${topic}`, '{"version":"1.4"}')
    }

    /** Half a second passes without a request. Playwright's own `networkidle` counts a worker's script as never loaded. */
    async function untilQuiet(): Promise<void> {
      const { relay } = started
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
      const { product, truth, relay } = started
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
        const { truth, relay } = started
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
          started.truth.set(`${slug}.a`, n)
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
  })
}
