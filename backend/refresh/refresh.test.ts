import { pino } from 'pino'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { implement, type LoadContext, LoadFailure, Result, Until, type WidgetType } from '#widgets/define.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { Key } from '../cache/version.ts'
import { lazySignal } from './lazy-signal.ts'
import { probe } from './probe.fixtures.ts'
import { openRefresh, type Refresh } from './refresh.ts'

const stops: AbortController[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) stop.abort()
})

type Loader = (params: { name: string }, context: LoadContext) => Promise<unknown>

function refreshing(
  loader: Loader,
  more: { deadline?: number; minInterval?: number; truth?: 'events' } = {},
  cache = memoryCache(),
  source?: string,
) {
  const stop = new AbortController()
  stops.push(stop)
  const type = implement({ ...probe, ...more }, loader as never) as WidgetType
  const key: Key = 'probe@1:x:shared'
  const refresh: Refresh = openRefresh({
    cache,
    find: (wanted) =>
      wanted.startsWith('probe') ? { key: wanted, type, params: { name: wanted } } : undefined,
    knows: (wanted) => !wanted.includes('@2:'),
    sourceOf: () => source,
    openContext: (_, now, lifetime) => {
      const fetch = () => lifetime.outside(new Promise(() => {}))
      return lazySignal(lifetime, { now, fetch } as unknown as LoadContext)
    },
    log: pino({ level: 'silent' }),
  })
  const done = refresh.run(stop.signal)
  const entry = async (name = key) => {
    const [found] = (await cache.read([name])).entries
    if (!found) throw new Error('no entry')
    return found
  }
  return { cache, refresh, key, entry, stop, done }
}

test('a wanted key is loaded once and is fresh', async () => {
  let loads = 0
  const { cache, key, entry } = refreshing(async () => ({ value: ++loads }))
  await cache.read([key], { want: true })
  await expect.poll(async () => (await entry()).fresh).toBe(true)
  expect(await entry()).toMatchObject({ data: '{"value":1}', empty: false })
  expect(loads).toBe(1)
})

test('a watched key is loaded again after an invalidation; one that overtakes the load costs one more', async () => {
  const values = [1, 2, 3]
  const started: (() => void)[] = []
  const { cache, key, entry, refresh } = refreshing(async () => {
    const value = values.shift() ?? 0
    await new Promise<void>((resolve) => started.push(resolve))
    return { value }
  })
  await cache.interest([key], 60_000)
  await expect.poll(() => started.length).toBe(1)
  await cache.invalidate([{ key }])
  await cache.invalidate([{ key }])
  refresh.poke()
  started[0]?.()
  await expect.poll(() => started.length).toBe(2)
  expect((await entry()).fresh).toBe(false)
  started[1]?.()
  await expect.poll(async () => (await entry()).fresh).toBe(true)
  expect((await entry()).data).toBe('{"value":2}')
  expect(refresh.counts.loads).toBe(2)
})

test.each([
  ['threw', async () => Promise.reject(new Error('password=hunter2')), /loader of this widget failed/],
  ['invalid', async () => ({ value: 'text' }), /does not accept/],
  [
    'upstream',
    async () => Promise.reject(new LoadFailure('upstream', 'The forge is down.')),
    /The forge is down/,
  ],
  ['too-large', async () => ({ value: 1, filler: 'x'.repeat(300_000) }), /at most 262144/],
] as const)(
  'a load that fails (%s) is told in plain words, without its insides',
  async (code, loader, words) => {
    const loose = code === 'too-large'
    const { cache, key, entry } = refreshing(
      loader as Loader,
      loose ? ({ data: z.looseObject({}), isEmpty: () => false } as object) : {},
    )
    await cache.read([key], { want: true })
    await expect.poll(async () => (await entry()).error?.code).toBe(code)
    const { error } = await entry()
    expect(error?.message).toMatch(words)
    expect(error?.message).not.toContain('hunter2')
    expect(error?.reference).toMatch(/^[0-9a-f]{8}$/)
  },
)

test.each([
  [undefined, 'It could not be loaded in 0.03 s.'],
  ['a.example:8080', 'a.example:8080 did not answer in 0.03 s.'],
])('a loader that hangs is cut at its deadline, and its signal aborted: %s', async (source, words) => {
  let aborted = false
  const { cache, key, entry } = refreshing(
    (_, { signal, fetch }) => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return fetch('https://a.example')
    },
    { deadline: 30 },
    undefined,
    source,
  )
  await cache.read([key], { want: true })
  await expect.poll(async () => (await entry()).error?.code).toBe('timeout')
  expect((await entry()).error?.message).toBe(words)
  expect(aborted).toBe(true)
})

test.each(['at first in the load', 'only after its end'])(
  'the signal of a load that is over is aborted, when asked for %s',
  async (when) => {
    let kept: LoadContext | undefined
    let early: AbortSignal | undefined
    const { cache, key, entry } = refreshing(async (_, context) => {
      kept = context
      if (when === 'at first in the load') early = context.signal
      return { value: early?.aborted ? 2 : 1 }
    })
    await cache.read([key], { want: true })
    await expect.poll(async () => (await entry()).data).toBe('{"value":1}')
    const signal = early ?? kept?.signal
    expect(signal?.aborted).toBe(true)
    expect(signal?.reason).toMatchObject({ message: 'This load has ended.' })
  },
)

test('the last good data survives a failure', async () => {
  let fails = false
  const { cache, key, entry, refresh } = refreshing(async () => {
    if (fails) throw new Error('down')
    return { value: 7 }
  })
  await cache.interest([key], 60_000)
  await expect.poll(async () => (await entry()).fresh).toBe(true)
  fails = true
  await cache.invalidate([{ key }])
  refresh.poke()
  await expect.poll(async () => (await entry()).error?.code).toBe('threw')
  expect((await entry()).data).toBe('{"value":7}')
})

test('a result may say itself until when it holds', async () => {
  const { cache, key, entry } = refreshing(async (_, { now }) => new Until({ value: 1 }, now + 5_000))
  await cache.read([key], { want: true })
  await expect.poll(async () => (await entry()).fresh).toBe(true)
  const { dueAt, loadedAt } = await entry()
  expect((dueAt ?? 0) - (loadedAt ?? 0)).toBeLessThanOrEqual(5_000)
})

test('what a loader says of its result is kept with the load, bounded', async () => {
  const notes = ['3 events were passed over.', 'x'.repeat(5_000), ...Array<string>(20).fill('y')]
  const { cache, key, entry } = refreshing(async () => new Result({ value: 1 }, { notes }))
  await cache.read([key], { want: true })
  await expect.poll(async () => (await entry()).fresh).toBe(true)
  const said = (await entry()).loads[0]?.notes ?? []
  expect(said).toHaveLength(8)
  expect(said[0]).toBe('3 events were passed over.')
  expect(said[1]).toHaveLength(300)
})

test('at most 32 loads of one type at a time, and all of them in the end', async () => {
  let running = 0
  let most = 0
  const { cache, entry } = refreshing(async () => {
    running++
    most = Math.max(most, running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return { value: 1 }
  })
  const keys = Array.from({ length: 200 }, (_, n) => `probe@1:k${n}:shared`)
  await cache.read(keys, { want: true })
  await expect.poll(async () => (await cache.read(keys)).entries.every(({ fresh }) => fresh)).toBe(true)
  expect(most).toBeLessThanOrEqual(32)
  expect((await entry(keys[0])).fresh).toBe(true)
})

test('while no due key waits, an invalidation leases what it makes due, and nothing is claimed', async () => {
  let loads = 0
  const { cache, key, entry, refresh } = refreshing(async () => ({ value: ++loads }))
  await cache.interest([key], 60_000)
  await expect.poll(async () => (await entry()).fresh).toBe(true)
  const acquire = vi.spyOn(cache, 'acquire')
  expect(await refresh.invalidate([{ key }, { key: 'probe@1:nobody:shared' }])).toMatchObject({ due: false })
  await expect.poll(async () => (await entry()).data).toBe('{"value":2}')
  expect((await entry()).fresh).toBe(true)
  expect(acquire).not.toHaveBeenCalled()
})

test('an invalidation leases no more than can be loaded, and stopping gives those leases back', async () => {
  let hanging = false
  const { cache, refresh, stop, done } = refreshing(
    () => (hanging ? new Promise(() => {}) : Promise.resolve({ value: 1 })),
    { deadline: 60_000 },
  )
  const keys = Array.from({ length: 40 }, (_, n) => `probe@1:k${n}:shared`)
  const states = async () => (await cache.read(keys)).entries
  await cache.interest(keys, 60_000)
  await expect.poll(async () => (await states()).every(({ fresh }) => fresh)).toBe(true)
  hanging = true
  // Quick loads may have more keys leased than are loaded at a time, until these turn out to be slow.
  await refresh.invalidate(keys.map((key) => ({ key })))
  await expect.poll(() => refresh.counts.running).toBe(32)
  stop.abort()
  await done
  const grants = await Promise.all(keys.map((key) => cache.acquire(key, 'another', 1_000, 0)))
  expect(grants.every(({ outcome }) => outcome === 'granted')).toBe(true)
})

test('stopping gives the lease of an unfinished load back', async () => {
  const { cache, key, refresh, stop, done } = refreshing(
    (_, { signal }) =>
      new Promise((__, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  )
  await cache.interest([key], 60_000)
  await expect.poll(() => refresh.counts.running).toBe(1)
  stop.abort()
  await done
  expect((await cache.acquire(key, 'another', 1_000, 0)).outcome).toBe('granted')
})

test('stopping does not wait for a loader that ignores its signal', async () => {
  const { cache, key, refresh, stop, done } = refreshing(() => new Promise(() => {}), { deadline: 60_000 })
  await cache.interest([key], 60_000)
  await expect.poll(() => refresh.counts.running).toBe(1)
  stop.abort()
  await done
  expect((await cache.acquire(key, 'another', 1_000, 0)).outcome).toBe('granted')
})

test('a type whose loads hang keeps no other from being loaded', async () => {
  const { cache, entry } = refreshing(
    ({ name }, { signal }) =>
      name.startsWith('probe-quick')
        ? Promise.resolve({ value: 1 })
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    { deadline: 60_000 },
  )
  const hanging = Array.from({ length: 200 }, (_, n) => `probe-slow@1:k${n}:shared`)
  await cache.read(hanging, { want: true })
  await cache.read(['probe-quick@1:x:shared'], { want: true })
  await expect.poll(async () => (await entry('probe-quick@1:x:shared')).fresh).toBe(true)
})

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  'a result that holds until %s is refused',
  async (until) => {
    const { cache, key, entry } = refreshing(async () => new Until({ value: 1 }, until))
    await cache.read([key], { want: true })
    await expect.poll(async () => (await entry()).error?.code).toBe('threw')
  },
)

test.each([
  [undefined, 1],
  ['events', 0],
] as const)(
  'with truth %s, a change the clock found counts %i times as unannounced',
  async (truth, count) => {
    let value = 1
    const { cache, key, entry, refresh } = refreshing(
      async (_, { now }) => new Until({ value }, now + 1_000),
      {
        ...(truth ? { truth } : {}),
      },
    )
    const shows = (data: string) => expect.poll(async () => (await entry()).data).toBe(data)
    await cache.interest([key], 60_000)
    await shows('{"value":1}')
    value = 2
    await cache.invalidate([{ key }])
    refresh.poke()
    await shows('{"value":2}')
    expect(refresh.counts).toMatchObject({ changed: 2, unannounced: 0 })
    value = 3
    await shows('{"value":3}')
    expect(refresh.counts).toMatchObject({ changed: 3, unannounced: count })
  },
)

test('a load beside the due ones stores nothing, and waits for no room', async () => {
  const ends: (() => void)[] = []
  const { cache, key, entry, refresh, stop } = refreshing(async () => {
    await new Promise<void>((resolve) => ends.push(resolve))
    return { value: 1 }
  })
  const type = implement(probe, async (_, { now }) => ({ value: now })) as WidgetType
  const beside = () => refresh.loadBeside({ key, type, params: { name: 'x' } }, 42)
  expect(await beside()).toMatchObject({ kind: 'result', result: { data: '{"value":42}' } })
  expect(await entry()).toMatchObject({ hasData: false, version: { offset: 0 } })
  const keys = Array.from({ length: 33 }, (_, n) => `probe@1:k${n}:shared`)
  await cache.read(keys, { want: true })
  await expect.poll(() => ends.length).toBe(32)
  expect(await beside()).toBeUndefined()
  for (const end of ends.splice(0)) end()
  await expect.poll(() => ends.length).toBe(1)
  expect(await beside()).toMatchObject({ kind: 'result' })
  ends[0]?.()
  stop.abort()
  expect(await beside()).toBeUndefined()
})

test('a key of another version of its type is left to the processes that have it', async () => {
  const { cache, refresh } = refreshing(async () => ({ value: 1 }))
  const [foreign, own] = ['probe@2:x:shared', 'probe@1:x:shared']
  await cache.interest([foreign], 60_000)
  await cache.read([own], { want: true })
  await expect.poll(async () => (await cache.read([own])).entries[0]?.fresh).toBe(true)
  expect(refresh.counts.loads).toBe(1)
  expect((await cache.read([foreign])).entries[0]).toMatchObject({ hasData: false, building: true })
  expect((await cache.acquire(foreign, 'another', 1_000, 0)).outcome).toBe('granted')
})

test.each([
  [1, { data: '{"value":1}', error: undefined }, 1],
  [2, { error: { code: 'set-aside', message: expect.stringContaining('2 times') } }, 0],
  [3, { error: { code: 'set-aside', message: expect.stringContaining('6 hours') } }, 0],
])('a key whose processes died %i times of loads in a row', async (times, shown, loads) => {
  let now = Date.now()
  const cache = memoryCache({ now: () => now })
  const key: Key = 'probe@1:x:shared'
  await cache.interest([key], 86_400_000)
  for (let n = 0; n < times; n++) {
    // Of a process that dies of what it began, all that stays is its lease.
    expect(await cache.acquire(key, `${n}`, 10_000, 0)).toMatchObject({ outcome: 'granted' })
    now += 10_000
  }
  const { entry, refresh } = refreshing(async () => ({ value: 1 }), {}, cache)
  await expect.poll(entry).toMatchObject({ ...shown, building: false })
  expect(refresh.counts.loads).toBe(loads)
})

test('what was loaded beside a key that processes died of is loaded again soon', async () => {
  let now = Date.now()
  const cache = memoryCache({ now: () => now })
  const key: Key = 'probe@1:x:shared'
  await cache.interest([key], 86_400_000)
  for (let n = 0; n < 2; n++) {
    await cache.acquire(key, `${n}`, 10_000, 0)
    now += 10_000
  }
  const { entry, refresh } = refreshing(async () => ({ value: 1 }), {}, cache)
  await expect.poll(entry).toMatchObject({ error: { code: 'set-aside' } })
  now += 20_000
  await expect.poll(entry).toMatchObject({ fresh: true, error: undefined })
  expect(refresh.counts.loads).toBe(1)
})
