import { expect, test } from '@playwright/test'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { type RunningProduct, startProduct } from '#testing/product.ts'
import { openSse, type SseEvent } from '#testing/sse.ts'
import { openTruth, type Truth } from '#testing/truth.ts'

const showing = (id: string, value: number) => (event: SseEvent) =>
  event.name === 'widget' && event.data.id === id && event.data.data?.value === value

for (const mode of ['embedded', 'real'] as const) {
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

    /** A hub of one number, which is 1, and a stream that has shown it. */
    async function openNumber(slug: string, topic: string, of: 'hub' | 'widget' = 'hub') {
      truth.set(slug, 1)
      const hub = await api(product.url).put(slug, hubOf(slug, [numberWidget(truth.url(slug), topic)]))
      const id = hub.widgets[0]?.id as string
      const stream = await openSse(`${product.url}/api/v1/stream?${of}=${of === 'hub' ? slug : id}`)
      await stream.until(showing(id, 1))
      return { id, stream }
    }

    test('an event reaches the streams of the widgets it makes wrong, and no other', async () => {
      const hubs = api(product.url)
      truth.set('here', 1)
      truth.set('there', 1)
      const hub = await hubs.put(
        'line',
        hubOf('Line', [
          numberWidget(truth.url('here'), 'line.here'),
          numberWidget(truth.url('there'), 'line.there'),
        ]),
      )
      const [here, there] = hub.widgets.map(({ id }) => id)
      const stream = await openSse(`${product.url}/api/v1/stream?hub=line`)
      await stream.until(showing(here as string, 1))
      await stream.until(showing(there as string, 1))
      const before = stream.events.length

      truth.set('here', 2)
      truth.set('there', 2)
      const event = await hubs.publish('line.here')
      const frame = await stream.until(showing(here as string, 2))
      expect(frame.data).toMatchObject({ status: 'fresh', cause: [event], topic: 'line.here' })
      expect(stream.events.slice(before).filter(({ data }) => data.id === there)).toEqual([])
      const snapshot = await hubs.snapshot('line')
      expect(snapshot.widgets[here as string]).toMatchObject({
        version: frame.data.version,
        data: { value: 2 },
      })
      expect(truth.loads('there')).toBe(1)
      stream.close()
    })

    test('a burst costs the running load and one more, and the last word is shown', async () => {
      const { id, stream } = await openNumber('burst', 'burst.*')
      truth.delay(150)
      const loadsBefore = truth.loads('burst')
      for (let n = 2; n <= 21; n++) {
        truth.set('burst', n)
        await api(product.url).publish(`burst.n${n}`)
      }
      await stream.until(showing(id, 21))
      truth.delay(0)
      // Publishing twenty events may outlast a load or two of 150 ms; one load an event would be the fault.
      expect(truth.loads('burst') - loadsBefore).toBeLessThan(12)
      stream.close()
    })

    test('a slow rebuild is announced, and a failed one keeps the last good data', async () => {
      const hubs = api(product.url)
      const { id, stream } = await openNumber('slow', 'slow.it')
      truth.delay(1_500)
      truth.set('slow', 2)
      await hubs.publish('slow.it')
      await stream.until(({ data }) => data.id === id && data.status === 'refreshing')
      await stream.until(showing(id, 2))
      truth.delay(0)
      truth.status(500)
      await hubs.publish('slow.it')
      const failed = await stream.until(({ data }) => data.id === id && data.status === 'failed')
      expect(failed.data.error.message).toContain('127.0.0.1')
      expect((await hubs.snapshot('slow')).widgets[id]).toMatchObject({
        status: 'failed',
        data: { value: 2 },
      })
      truth.status(200)
      expect((await hubs.send('POST', `/api/v1/widgets/${id}/retry`)).status).toBe(202)
      await stream.until(
        (event) =>
          event.data.id === id &&
          event.data.status === 'fresh' &&
          stream.events.indexOf(event) > stream.events.indexOf(failed),
      )
      stream.close()
    })

    test('what matched, was loaded and why: explain', async () => {
      const hubs = api(product.url)
      const { id, stream } = await openNumber('why', 'why.*', 'widget')
      truth.set('why', 2)
      const event = await hubs.publish('why.not')
      await stream.until(showing(id, 2))
      const explain = async () => await (await hubs.send('GET', `/api/v1/widgets/${id}/explain`)).json()
      await expect.poll(async () => (await explain()).events[0]?.id).toBe(event)
      const explanation = await explain()
      expect(explanation).toMatchObject({
        status: 'fresh',
        interests: [{ topic: 'why.*' }],
        cause: [{ id: event, topic: 'why.not' }],
        freshness: { fresh: true },
      })
      expect(explanation.loads[0].outcome).toBe('changed')
      stream.close()
    })
  })
}
