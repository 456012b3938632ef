import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { implement, type LoadContext, LoadFailure, Result, type WidgetType } from '#widgets/define.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { Key } from '../cache/version.ts'
import { lazySignal } from './lazy-signal.ts'
import { probe } from './probe.fixtures.ts'
import { openRefresh, type Refresh } from './refresh.ts'

/** Milliseconds for which a result holds, a watch lasts, and between two looks. */
const MAX_AGE = 5_000
const WATCH = 60_000
const STEP = 100

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
})
const stops: AbortController[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort()
  await vi.advanceTimersByTimeAsync(20_000)
  vi.useRealTimers()
})

const keysOf = (type: string, source: string, count: number): Key[] =>
  Array.from({ length: count }, (_, n) => `${type}@1:${source}/${n}:shared`)

/** Daemons on one cache, with loads that end as `answer` says of their source, or as `work` does, which may ask it. */
function open({
  daemons = 1,
  answer,
  work = (ask) => ask(),
  deadline = 10_000,
  house = false,
}: {
  daemons?: number
  answer: (source: string, signal: AbortSignal) => Promise<unknown>
  work?: (ask: () => Promise<unknown>, signal: AbortSignal) => Promise<unknown>
  deadline?: number
  /** They ask nothing outside, and what their keys name is their hub. */
  house?: boolean
}) {
  const cache = memoryCache()
  const claim = vi.spyOn(cache, 'claim')
  const sourceIn = (key: Key) => /:([^/]+)\//.exec(key)?.[1] ?? ''
  const running = new Map<string, number>()
  const most = new Map<string, number>()
  /** Keys in the order in which their loads began. */
  const loads: Key[] = []
  const type = implement({ ...probe, deadline }, async ({ name: key }, { now, signal, fetch }) => {
    const source = sourceIn(key)
    loads.push(key)
    running.set(source, (running.get(source) ?? 0) + 1)
    most.set(source, Math.max(most.get(source) ?? 0, running.get(source) ?? 0))
    try {
      await work(() => fetch(source), signal)
    } finally {
      running.set(source, (running.get(source) ?? 0) - 1)
    }
    return new Result({ value: loads.length }, { nextChangeAt: now + MAX_AGE })
  }) as WidgetType
  const all: Refresh[] = Array.from({ length: daemons }, () => {
    const stop = new AbortController()
    stops.push(stop)
    const refresh = openRefresh({
      cache,
      find: (key) => ({ key, type, params: { name: key }, hub: house ? sourceIn(key) : 'h' }),
      knows: () => true,
      sourceOf: ({ key }) => (house ? undefined : sourceIn(key)),
      openContext: (_, now, lifetime) => {
        const fetch = (source: string) => lifetime.outside(answer(source, lifetime.signal()))
        return lazySignal(lifetime, { now, fetch } as unknown as LoadContext)
      },
      log: pino({ level: 'silent' }),
    })
    void refresh.run(stop.signal)
    return refresh
  })
  let watched: readonly Key[] = []

  async function pass(ms: number, look: () => Promise<void> = async () => {}): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP) {
      if (passed % (WATCH / 3) === 0) await cache.interest(watched, WATCH)
      await vi.advanceTimersByTimeAsync(STEP)
      await look()
    }
  }

  return {
    ...{ cache, claim, daemons: all, loads, most, pass },
    watch(keys: readonly Key[]) {
      watched = [...watched, ...keys]
    },
    async oldest(keys: readonly Key[]): Promise<number> {
      const { now, entries } = await cache.read(keys)
      return Math.max(
        ...entries.map(({ checkedAt }) => (checkedAt === undefined ? Infinity : now - checkedAt)),
      )
    },
    entries: async (keys: readonly Key[]) => (await cache.read(keys)).entries,
  }
}

const quickly = () => Promise.resolve()
const untilAborted = (signal: AbortSignal) =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
const never = (_: string, signal: AbortSignal) => untilAborted(signal)
const after = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test.each([1, 2])(
  'beside 2,000 keys of a source that hangs, the others keep their age and events are loaded at once (%i daemons)',
  async (count) => {
    const { cache, claim, daemons, watch, pass, oldest, entries } = open({
      daemons: count,
      answer: (source, signal) => (source === 'hanging' ? never(source, signal) : quickly()),
    })
    watch(keysOf('probe', 'hanging', 2_000))
    await pass(1_000)
    const same = keysOf('probe', 'good', 20)
    const other = keysOf('other', 'good', 20)
    watch([...same, ...other])
    await pass(2_000)
    let worst = 0
    let latest = 0
    let step = 0
    await pass(60_000, async () => {
      worst = Math.max(worst, await oldest([...same, ...other]))
      step++
      if (step % 10 === 0)
        for (const keys of [same, other]) await cache.invalidate([{ key: keys[(step / 10) % 20] ?? '' }])
      // Two steps after its event each is fresh.
      if (step % 10 !== 2) return
      const key = ((step - 2) / 10) % 20
      const late = (await entries([same[key] ?? '', other[key] ?? ''])).filter(({ fresh }) => !fresh)
      latest = Math.max(latest, late.length)
    })
    expect(worst).toBeLessThanOrEqual(MAX_AGE + 3 * STEP)
    expect(latest).toBe(0)
    // Nobody spins: each key is claimed once in seconds, by whichever daemon.
    const claimed = await Promise.all(
      claim.mock.results.map(({ value }) => value as ReturnType<typeof cache.claim>),
    )
    expect(claimed.reduce((sum, { keys }) => sum + keys.length, 0)).toBeLessThan(2_000 * 63 * 0.75)
    for (const { counts } of daemons) expect(counts.loads).toBeGreaterThan(100)
  },
)

test('a source that does not answer is tried by one load at a time, its cards say so, and all return with it', async () => {
  let hangs = true
  const { watch, pass, entries, most, loads, daemons } = open({
    answer: (source, signal) => (hangs ? never(source, signal) : quickly()),
  })
  const keys = keysOf('probe', 'status.example.org', 200)
  watch(keys)
  await pass(30_000)
  const said = new Set((await entries(keys)).map(({ error }) => error?.message))
  expect(said).toEqual(
    new Set(['status.example.org has not answered since 22:13 UTC; one load at a time is tried.']),
  )
  expect(daemons[0]?.counts).toMatchObject({ silent: 1 })
  most.clear()
  loads.length = 0
  await pass(30_000)
  expect(most.get('status.example.org')).toBe(1)
  expect(loads.length).toBeLessThanOrEqual(4)
  hangs = false
  await pass(45_000)
  expect((await entries(keys)).every(({ error, hasData }) => !error && hasData)).toBe(true)
  expect(daemons[0]?.counts).toMatchObject({ silent: 0 })
})

const failed = () => Promise.reject(new LoadFailure('upstream', 'Down.'))

type Asked = () => Promise<unknown>

test.each([
  ['after a quick answer', quickly, async (ask: Asked, queue: Asked) => [await ask(), await queue()]],
  ['after a slow one', () => after(6_000), async (ask: Asked, queue: Asked) => [await ask(), await queue()]],
  ['before they ask', quickly, async (_: Asked, queue: Asked) => queue()],
  ['and have hardly asked', never, async (ask: Asked) => [await after(6_000), await ask()]],
])(
  'loads that run out of time in a queue of ours neither name their source nor make it silent: %s',
  async (_, answer, work) => {
    const { watch, pass, entries, loads, daemons } = open({
      answer,
      work: (ask, signal) => work(ask, () => untilAborted(signal)),
    })
    const keys = keysOf('probe', 'status.example.org', 2)
    watch(keys)
    await pass(40_000)
    expect(loads.length).toBeGreaterThan(2)
    const said = new Set((await entries(keys)).map(({ error }) => error?.message))
    expect(said).toEqual(new Set(['It could not be loaded in 10 s.']))
    expect(daemons[0]?.counts).toMatchObject({ silent: 0 })
  },
)

test.each([
  ['a source that takes long to fail', 1, async (ask: Asked) => [await ask(), await failed()]],
  ['a queue of ours before a failure', 0, async (ask: Asked) => [await after(15_000), await ask()]],
])('of loads with a long deadline, %s makes so many silent: %i', async (_, silent, work) => {
  const answer = async () => {
    await after(silent * 15_000)
    await failed()
  }
  const { watch, pass, entries, daemons } = open({ answer, work, deadline: 60_000 })
  const keys = keysOf('probe', 'status.example.org', 2)
  watch(keys)
  await pass(15_500)
  expect((await entries(keys)).map(({ error }) => error?.message)).toEqual(['Down.', 'Down.'])
  expect(daemons[0]?.counts).toMatchObject({ silent })
})

test('a silent source is so until it answers, whatever else its loads wait for', async () => {
  let asks = true
  let hangs = true
  const { watch, pass, daemons } = open({
    answer: (source, signal) => (hangs ? never(source, signal) : quickly()),
    async work(ask, signal) {
      if (asks) await ask()
      await untilAborted(signal)
    },
  })
  watch(keysOf('probe', 'status.example.org', 20))
  const silent = () => daemons[0]?.counts.silent
  await pass(30_000)
  expect(silent()).toBe(1)
  asks = false
  await pass(30_000)
  expect(silent()).toBe(1)
  asks = true
  hangs = false
  await pass(30_000)
  expect(silent()).toBe(0)
})

test('forty sources that hang leave room for one that answers', async () => {
  const { watch, pass, oldest } = open({
    answer: (source, signal) => (source.startsWith('hanging') ? never(source, signal) : quickly()),
  })
  const good = keysOf('probe', 'good', 20)
  watch(good)
  await pass(2_000)
  for (let n = 0; n < 40; n++) watch(keysOf('probe', `hanging${n}`, 5))
  let worst = 0
  await pass(60_000, async () => {
    worst = Math.max(worst, await oldest(good))
  })
  expect(worst).toBeLessThanOrEqual(MAX_AGE + 3 * STEP)
})

test('what an event made stale begins before a backlog that only its time made due', async () => {
  const { cache, watch, pass, loads, entries } = open({
    answer: () => new Promise((resolve) => setTimeout(resolve, 250)),
  })
  const keys = keysOf('probe', 'slow', 400)
  watch(keys)
  await pass(4_000)
  const last = keys.filter((key) => !loads.includes(key)).at(-1) ?? ''
  const begun = loads.length
  await cache.invalidate([{ key: last }])
  await pass(1_000)
  expect(loads.indexOf(last) - begun).toBeLessThanOrEqual(16)
  expect(loads.indexOf(last)).toBeGreaterThan(0)
  await pass(10_000)
  expect((await entries(keys)).filter(({ hasData }) => hasData).length).toBe(400)
})

test('a key of one hub does not wait for hundreds of another that take long', async () => {
  const { watch, pass, loads } = open({ answer: () => after(8_000), house: true })
  watch(keysOf('probe', 'many', 400))
  await pass(10_000)
  const begun = loads.length
  const [key = ''] = keysOf('probe', 'one', 1)
  watch([key])
  await pass(30_000)
  expect(loads.indexOf(key)).toBeGreaterThan(0)
  // Not more than all the room there is, which the others had.
  expect(loads.indexOf(key) - begun).toBeLessThanOrEqual(64)
})

test('no key of a source that is slow waits for ever behind those that come due again', async () => {
  const { watch, pass, loads } = open({
    daemons: 2,
    answer: () => new Promise((resolve) => setTimeout(resolve, 2_000)),
  })
  const keys = keysOf('probe', 'slow', 120)
  watch(keys)
  await pass(60_000)
  expect(new Set(loads).size).toBe(120)
})
