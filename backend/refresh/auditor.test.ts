import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { defineWidget, implement, type LoadContext, type WidgetType } from '#widgets/define.ts'
import { AUDIT, type Cache, type CacheEntry } from '../cache/cache.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { Key } from '../cache/version.ts'
import { hubMemory } from '../hubs/hub-memory.ts'
import { placer } from '../hubs/placed.ts'
import { AUDIT_AGES } from './audit-counts.ts'
import { auditor } from './auditor.ts'
import { openRefresh } from './refresh.ts'

const LATE = AUDIT_AGES[0]
const log = pino({ level: 'silent' })
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const announced = defineWidget({
  ...{ type: 'announced', title: 'Announced', description: '', version: 1, samples: [] },
  config: z.strictObject({ name: z.string() }),
  data: z.strictObject({ value: z.number() }),
  interests: ({ name }) => [{ topic: name }],
  truth: 'events',
  maxAge: 86_400,
})

/** A daemon on a cache whose clock stands still, with a widget for each name; `source` is what loaders find. */
async function open(names: readonly string[] = ['one'], more: object = {}) {
  let time = 1_700_000_000_000
  const cache = memoryCache({ now: () => time })
  const memory = hubMemory()
  const source = { value: 1, reads: [] as number[], during: async (_: LoadContext) => {} }
  const type = implement({ ...announced, ...more }, async (_, context) => {
    const { value } = source
    source.reads.push(context.now)
    await source.during(context)
    return { value }
  }) as WidgetType
  const place = placer({ typeOf: () => type, secret: 's'.repeat(32), secrets: {} })
  const position = { x: 0, y: 0, w: 1, h: 1 }
  const widgets = names.map((name, n) => ({
    ...{ id: `w${n}`, type: 'announced', title: null, position },
    config: { name },
  }))
  const hub = {
    slug: 'h',
    title: 'H',
    summary: '',
    visibility: 'public',
    embedOrigins: [],
    revision: 1,
  } as const
  memory.set('h', place({ ...hub, widgets }))
  const keys = [
    ...new Set([...memory.widgets.values()].flatMap((widget) => (widget.problem ? [] : widget.key))),
  ]
  const key = keys[0] as Key

  function daemon() {
    const stop = new AbortController()
    const { signal } = stop
    const refresh = openRefresh({
      ...{ cache, log, knows: () => true },
      find: (wanted) => {
        const placed = [...memory.widgets.values()].find((one) => !one.problem && one.key === wanted)
        return placed && !placed.problem ? { key: wanted, type, params: placed.params } : undefined
      },
      sourceOf: () => undefined,
      openContext: (_, now, lifetime) => ({ now, signal: lifetime.signal() }) as LoadContext,
    })
    const done = refresh.run(signal)
    const end = () => {
      stop.abort()
      return done
    }
    stops.push(end)
    return { ...auditor({ cache, memory, refresh, log }), refresh, end }
  }

  const entry = async (of = key): Promise<CacheEntry> => {
    const [found] = (await cache.read([of])).entries
    if (!found) throw new Error('no entry')
    return found
  }
  /** After so many milliseconds, everything is handled that was on the bus `behind` ms before. */
  const pass = async (ms: number, behind = 0) => {
    time += ms
    await cache.pulse('pulse', time - behind, 5_000)
  }
  const first = daemon()
  await cache.interest(keys, 86_400_000)
  await expect.poll(async () => (await cache.read(keys)).entries.every(({ fresh }) => fresh)).toBe(true)
  const before = await entry()
  await pass(1_000)
  return { ...{ cache, source, key, keys, entry, pass, daemon, before }, ...first }
}

const none = AUDIT_AGES.map(() => 0)

test('a result that a new load confirms is counted, and nothing about its key changes', async () => {
  const { look, counts, source, entry, before } = await open()
  await look()
  expect(counts).toEqual({ consistent: 1, inconsistent: none, discarded: 0, failed: 0 })
  expect(source.reads).toEqual([before.checkedAt, before.checkedAt])
  expect(await entry()).toEqual(before)
})

test('a change no event announced is counted as long as none does, and its key loaded again', async () => {
  const { look, counts, source, entry, pass, before } = await open()
  source.value = 2
  await look()
  await pass(LATE - 1)
  await look()
  expect(counts).toEqual({ consistent: 0, inconsistent: none, discarded: 0, failed: 0 })
  expect(await entry()).toEqual(before)
  await pass(1)
  await look()
  expect(counts.inconsistent).toEqual([1, 0, 0, 0])
  await expect.poll(async () => (await entry()).data).toBe('{"value":2}')
  expect(await entry()).toMatchObject({ fresh: true, cause: [AUDIT] })
  await pass(AUDIT_AGES[1] - LATE)
  await look()
  expect(counts.inconsistent).toEqual([1, 1, 0, 0])
  await pass(AUDIT_AGES[2])
  await look()
  await pass(AUDIT_AGES[3])
  await look()
  expect(counts.inconsistent).toEqual([1, 1, 1, 1])
  await pass(AUDIT_AGES[3])
  await look()
  expect(counts.inconsistent).toEqual([1, 1, 1, 1])
})

test('an event that was on its way is no fault', async () => {
  const { look, counts, cache, source, entry, pass, key } = await open()
  source.value = 2
  await look()
  await cache.invalidate([{ key, cause: { id: 'e', topic: 'one' } }])
  await expect.poll(async () => (await entry()).data).toBe('{"value":2}')
  await pass(LATE)
  await look()
  expect(counts).toMatchObject({ inconsistent: none, discarded: 1 })
  expect((await entry()).cause).toEqual([{ id: 'e', topic: 'one' }])
})

test('an event that comes later than that is late, not lost', async () => {
  const { look, counts, cache, source, pass, key } = await open()
  source.value = 2
  await look()
  await pass(LATE)
  await look()
  await cache.invalidate([{ key }])
  for (const age of AUDIT_AGES) {
    await pass(age)
    await look()
  }
  expect(counts).toMatchObject({ inconsistent: [1, 0, 0, 0], discarded: 0 })
})

test('time counts as far as events are handled', async () => {
  const { look, counts, source, pass } = await open()
  source.value = 2
  await look()
  await pass(LATE + 5_000, 5_001)
  await look()
  expect(counts.inconsistent).toEqual(none)
  await pass(0, 5_000)
  await look()
  expect(counts.inconsistent).toEqual([1, 0, 0, 0])
})

test('while pages say paused nothing is audited', async () => {
  const { look, counts, pass } = await open()
  await pass(0, LATE + 1)
  await look()
  expect(counts.consistent).toBe(0)
  await pass(0, LATE)
  await look()
  expect(counts.consistent).toBe(1)
})

test('an event during the audit makes it void', async () => {
  const { look, counts, cache, source, key } = await open()
  source.during = async () => {
    source.during = () => new Promise(() => {})
    await cache.invalidate([{ key }])
  }
  await look()
  expect(counts).toEqual({ consistent: 0, inconsistent: none, discarded: 1, failed: 0 })
})

test('a load by the clock during the audit makes it void', async () => {
  const { look, counts, source, entry, pass, before } = await open(['one'], { maxAge: 60 })
  source.during = async () => {
    source.during = async () => {}
    await pass(60_000)
    await expect.poll(async () => (await entry()).version.offset).toBeGreaterThan(before.version.offset)
  }
  await look()
  expect((await entry()).required).toBe(before.required)
  expect(counts).toMatchObject({ consistent: 0, discarded: 1 })
})

test('a type whose changes no event announces is not audited', async () => {
  const { look, source, counts } = await open(['one'], { truth: 'time' })
  source.value = 2
  await look()
  expect(source.reads).toHaveLength(1)
  expect(counts).toEqual({ consistent: 0, inconsistent: none, discarded: 0, failed: 0 })
})

test('a fresh result that no widget shows, or that is stale, is left alone', async () => {
  const { look, cache, source, key, keys, counts, entry } = await open()
  const foreign = 'gone@1:x:shared'
  await cache.read([foreign], { want: true })
  await cache.acquire(foreign, 'token', 10_000, 0)
  const { now } = await cache.read([])
  await cache.commit(foreign, 'token', { data: '1', hash: '1', empty: false, dueAt: now + 60_000 })
  source.during = () => new Promise(() => {})
  await cache.invalidate([{ key }])
  await expect.poll(() => source.reads.length).toBe(2)
  await look()
  await look()
  expect(source.reads).toHaveLength(2)
  expect(counts.consistent + counts.discarded + counts.failed).toBe(0)
  expect([(await entry(foreign)).fresh, (await entry()).fresh, keys]).toEqual([true, false, [key]])
})

test('a result is old enough for its type before it is audited', async () => {
  const { look, counts, source, pass } = await open(['one'], { minInterval: 3_000, settle: 5_000 })
  source.value = 2
  await pass(3_000)
  await look()
  expect(source.reads).toHaveLength(1)
  await pass(1_000)
  await look()
  expect(source.reads).toHaveLength(2)
  await pass(LATE)
  await look()
  expect(counts.inconsistent).toEqual(none)
  await pass(5_000)
  await look()
  expect(counts.inconsistent).toEqual([1, 0, 0, 0])
})

test('an audit that cannot load is counted, and no card hears of it', async () => {
  const { look, counts, source, entry, before } = await open()
  source.during = () => Promise.reject(new Error('down'))
  await look()
  expect(counts).toEqual({ consistent: 0, inconsistent: none, discarded: 0, failed: 1 })
  expect(await entry()).toEqual(before)
})

test('every key has its turn, once however many widgets share it, and again after a rest', async () => {
  const names = Array.from({ length: 150 }, (_, n) => `n${n % 100}`)
  const { look, counts, pass } = await open(names)
  for (let looks = 0; looks < 120; looks++) await look()
  expect(counts.consistent).toBe(100)
  await pass(600_000)
  for (let looks = 0; looks < 120; looks++) await look()
  expect(counts.consistent).toBe(200)
})

test('of two daemons that find the same, one heals', async () => {
  const { look, counts, source, entry, pass, daemon, before } = await open()
  const second = daemon()
  source.value = 2
  const both = async () => {
    await look()
    await second.look()
  }
  await both()
  await pass(LATE)
  await both()
  await expect.poll(async () => (await entry()).data).toBe('{"value":2}')
  for (const age of AUDIT_AGES) {
    await pass(age)
    await both()
  }
  expect(counts.inconsistent).toEqual([1, 1, 1, 1])
  expect(second.counts).toMatchObject({ inconsistent: none, discarded: 1 })
  expect((await entry()).required).toBe(before.required + 1)
})

test('stopping in the middle of an audit ends it, and counts nothing', async () => {
  const { look, counts, source, end } = await open()
  source.during = () => new Promise(() => {})
  const looking = look()
  await expect.poll(() => source.reads.length).toBe(2)
  await end()
  await looking
  expect(counts).toEqual({ consistent: 0, inconsistent: none, discarded: 0, failed: 0 })
})

test('audits go on while the cache is away, until they are told to stop', async () => {
  const stop = new AbortController()
  let looks = 0
  const cache: Cache = {
    ...memoryCache(),
    async lastPulse() {
      looks++
      throw new Error('away')
    },
  }
  const refresh = { loadBeside: async () => undefined, poke: () => {} }
  const running = auditor({ cache, memory: hubMemory(), refresh, log }).run(stop.signal)
  await expect.poll(() => looks).toBe(2)
  stop.abort()
  await running
  expect(looks).toBe(2)
})
