import { setTimeout as rest } from 'node:timers/promises'
import { expect, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { type Random, random } from '#testing/random.ts'
import { openSse, type SseEvent } from '#testing/sse.ts'
import { printTimes } from '#testing/times.ts'
import { openTruth, type Truth } from '#testing/truth.ts'
import { untilFigure, untilLine } from './fixtures/hub-page.ts'

/** Runs that go on at the same time, each on a hub of its own. */
const LANES = 8
/** Milliseconds within which the event falls: about what reading a snapshot and connecting take together. */
const SPAN = 14
const STALE_AFTER = 20_000

test.describe.configure({ timeout: 300_000 })

interface Held {
  version: string
  value: unknown
}

function isNewer(version: string, than: string): boolean {
  const [epoch = 0, offset = 0] = version.split(':').map(Number)
  const [otherEpoch = 0, otherOffset = 0] = than.split(':').map(Number)
  return epoch > otherEpoch || (epoch === otherEpoch && offset > otherOffset)
}

for (const [mode, runs] of [
  ['embedded', 1_000],
  ['real', 200],
] as const) {
  test.describe(`${mode} stores`, () => {
    let product: RunningProduct
    let truth: Truth
    test.beforeAll(async () => {
      truth = await openTruth()
      product = await startProduct({
        mode,
        env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32' },
      })
    })
    test.afterAll(async () => {
      await product?.stop()
      await truth?.close()
    })

    async function putLane(slug: string): Promise<string> {
      truth.set(slug, 0)
      const hub = await api(product.url).put(slug, hubOf(slug, [numberWidget(truth.url(slug), slug)]))
      return hub.widgets[0]?.id ?? ''
    }

    async function changeTruth(slug: string, value: number, after: number): Promise<void> {
      await rest(after)
      truth.set(slug, value)
      await api(product.url).publish(slug)
    }

    /** What any client may do: a snapshot, then the stream from its cursor, keeping the higher version of each widget. */
    async function runOnce(
      slug: string,
      id: string,
      value: number,
      chance: Random,
    ): Promise<'snapshot' | 'stream'> {
      const changed = changeTruth(slug, value, chance.next() * SPAN)
      const { cursor, widgets } = await api(product.url).snapshot(slug)
      const first = widgets[id]
      const held: Held = {
        version: first?.version ?? '',
        value: (first?.data as { value?: unknown } | null)?.value,
      }
      const from = held.value === value ? 'snapshot' : 'stream'
      await rest(chance.next() * (SPAN / 3))
      const stream = await openSse(
        `${product.url}/api/v1/stream?hub=${slug}&cursor=${encodeURIComponent(cursor)}`,
      )

      function take({ name, data }: SseEvent): boolean {
        if (name === 'widget' && isNewer(data.version, held.version)) {
          held.version = data.version
          if (data.data !== undefined) held.value = data.data.value
        }
        return held.value === value
      }
      await changed
      const stale = new AbortController()
      await Promise.race([
        held.value === value || stream.until(take),
        rest(STALE_AFTER, undefined, { signal: stale.signal }).then(() => {
          throw new Error(
            `${slug} stayed at ${JSON.stringify(held)} instead of ${value}: ${JSON.stringify(stream.events)}`,
          )
        }),
      ])
      stale.abort()
      stream.close()
      return from
    }

    test(`${runs} snapshots, each followed by its stream, with an event in between`, async () => {
      const chance = random(`${mode} lanes`)
      const ids = await Promise.all(Array.from({ length: LANES }, (_, lane) => putLane(`lane-${lane}`)))
      const ends = { snapshot: 0, stream: 0 }
      let next = 0
      async function lane(place: number): Promise<void> {
        while (next < runs) ends[await runOnce(`lane-${place}`, ids[place] ?? '', ++next, chance)] += 1
      }
      await Promise.all(ids.map((_, place) => lane(place)))
      console.log(
        `${mode}: the truth came with the snapshot ${ends.snapshot} times, by the stream ${ends.stream} times`,
      )
      expect(ends.snapshot + ends.stream).toBeGreaterThanOrEqual(runs)
      // Otherwise the moments tried are not those where something could get lost.
      expect(ends.stream).toBeGreaterThan(0)
      expect(ends.snapshot).toBeGreaterThan(0)
    })

    // The browser half is the same in both modes.
    if (mode === 'real') return

    test('50 pages, each with an event between its rendering and its stream', async ({ browser }) => {
      const chance = random('pages')
      const id = await putLane('page')
      const times: number[] = []
      for (let n = 1; n <= 50; n++) {
        // A context of its own: no holder is there yet, so the page connects.
        const context = await browser.newContext()
        const page = await context.newPage()
        const changed = changeTruth('page', n, chance.next() * (times.at(-1) ?? 500))
        const began = performance.now()
        await page.goto(`${product.url}/page`)
        await untilLine(page, 'live')
        times.push(performance.now() - began)
        await changed
        await untilFigure(page, id, n)
        await context.close()
      }
      printTimes('page asked for to live', times)
    })
  })
}
