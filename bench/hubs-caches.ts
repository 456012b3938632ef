import { setTimeout } from 'node:timers/promises'
import { ADMIN_API_TOKEN, api, hubOf, numberWidget } from '#testing/api.ts'
import { startProduct } from '#testing/product.ts'
import { openStores } from '#testing/stores.ts'
import type { Truth } from '#testing/truth.ts'
import type { TwoCaches } from './two-caches.ts'

/** Milliseconds between two looks of a reader whose value is still being loaded. */
const AGAIN = 20

/** The built product in two processes on the same stores; a key is a hub of one number, invalidated by an event. */
export async function openHubsCaches(truth: Truth): Promise<TwoCaches> {
  const stores = await openStores()
  const start = () =>
    startProduct({
      mode: 'real',
      stores,
      env: { HUBS_ADMIN_TOKEN: ADMIN_API_TOKEN, HUBS_FETCH_ALLOW: '127.0.0.1/32', HUBS_LOG_LEVEL: 'warn' },
    })
  const first = await start()
  const second = await start()
  const atFirst = api(first.url)
  const atSecond = api(second.url)

  async function readAt({ snapshot }: typeof atFirst, key: string): Promise<unknown> {
    for (;;) {
      const [state] = Object.values((await snapshot(key)).widgets)
      if (state?.status === 'fresh') return state.data
      await setTimeout(AGAIN)
    }
  }

  return {
    async prepare(keys) {
      for (const key of keys)
        await atFirst.put(key, hubOf(key, [numberWidget(truth.url(key), `bench.${key}`)]))
      // The other process hears of them from the log of changes.
      for (const key of keys)
        while (!(await atSecond.send('GET', `/api/v1/hubs/${key}`)).ok) await setTimeout(AGAIN)
    },
    read: async (key) => ((await readAt(atFirst, key)) as { value: unknown }).value,
    invalidate: (key) => atFirst.publish(`bench.${key}`),
    async crowd(key, readers) {
      const half = (of: typeof atFirst) => Array.from({ length: readers / 2 }, () => readAt(of, key))
      await Promise.all([...half(atFirst), ...half(atSecond)])
    },
    async stop() {
      await Promise.all([first.stop(), second.stop()])
      await stores.stop()
    },
  }
}
