import { expect, test, vi } from 'vitest'
import type { LoggedEvents } from '#widgets/define.ts'
import { nameOf } from '#widgets/kit/party.ts'
import { widgetType } from '#widgets/registry.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import type { ReadEvents } from './fair-readings.ts'
import type { LoadLifetime } from './load-lifetime.ts'
import { contextOpener } from './open-context.ts'

const type = widgetType('activity')
if (!type) throw new Error('There is no activity.')
const interests = [{ topic: 'a.>' }]
const lifetime: LoadLifetime = {
  aborted: () => false,
  signal: () => new AbortController().signal,
  outside: (answer) => answer,
}

const opener = (readEvents: ReadEvents) =>
  contextOpener({
    memory: { hubs: new Map() },
    // A key is named after its hub here.
    byKey: (key) => ({ hub: key, interests }) as unknown as PlacedWidget,
    fetch: () => new Promise(() => {}),
    gitLog: async () => [],
    readEvents,
    secrets: {},
    lacking: new Map(),
  })

test('the party of a load is its hub, of which the loader can make no data', () => {
  const openContext = opener(() => Promise.reject(new Error('not here')))
  const { party } = openContext({ key: 'a', type, params: {} }, 0, lifetime)
  expect(nameOf(party)).toBe('a')
  expect(JSON.stringify(party)).toBe('{}')
})

test('what a load fetches and what git reads for it is waited for outside, and the event log is not', async () => {
  const openContext = opener(async () => ({ events: [], more: false }))
  const outside = vi.fn()
  const context = openContext({ key: 'a', type, params: {} }, 0, { ...lifetime, outside })
  await context.fetch('https://a.example')
  await context.gitLog({ repository: '/a', limit: 1 })
  expect(outside).toHaveBeenCalledTimes(2)
  await context.events({ limit: 1 })
  expect(outside).toHaveBeenCalledTimes(2)
})

test('loads of a hub that reads much wait behind those of one that reads little', async () => {
  const begun: { readonly topics: readonly string[]; end(): void }[] = []
  const openContext = opener(
    ({ patterns }) =>
      new Promise<LoggedEvents>((resolve) => {
        begun.push({ topics: patterns, end: () => resolve({ events: [], more: false }) })
      }),
  )
  const read = (hub: string, topic: string) =>
    openContext({ key: hub, type, params: {} }, 0, lifetime).events({ topics: [topic], limit: 1 })

  const much = Array.from({ length: 20 }, (_, n) => read('much', `a.${n}`))
  const little = read('little', 'a.little')
  vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 300)
  begun.shift()?.end()
  await much[0]
  await expect.poll(() => begun.at(-1)?.topics).toEqual(['a.little'])
  vi.restoreAllMocks()
  while (begun.length > 0) {
    begun.shift()?.end()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all([...much, little])
})
