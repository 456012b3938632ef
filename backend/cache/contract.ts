import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Cache,
  type CacheEntry,
  FEED_LIMIT,
  type FeedEntry,
  INLINE_LIMIT,
  LATE_AFTER,
  RESULT_LIMIT,
  type TailBatch,
} from './cache.ts'
import type { Version } from './version.ts'

/** A cache with nothing in it, whose clock stands still but for `advance`. */
export interface OpenedCache {
  readonly cache: Cache
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

const TTL = 10_000
const WATCH = 60_000
const MAX_AGE = 30_000

/** What every adapter of the cache does. */
export function describeCache(name: string, open: () => Promise<OpenedCache>): void {
  describe(name, () => {
    let opened: OpenedCache
    let cache: Cache
    let advance: OpenedCache['advance']
    beforeEach(async () => {
      opened = await open()
      cache = opened.cache
      advance = opened.advance
    })
    afterEach(() => opened.close())

    const one = async (key = 'k'): Promise<CacheEntry> => {
      const [entry] = (await cache.read([key])).entries
      if (!entry) throw new Error('a reading has an entry for each key')
      return entry
    }
    const watch = (...keys: string[]) => cache.interest(keys.length > 0 ? keys : ['k'], WATCH)
    const acquire = (key = 'k', token = 't', minInterval = 0) => cache.acquire(key, token, TTL, minInterval)
    const commit = async (data = '1', { key = 'k', token = 't', maxAge = MAX_AGE } = {}) => {
      const { now } = await cache.read([])
      return cache.commit(key, token, { data, hash: `#${data}`, empty: data === 'null', dueAt: now + maxAge })
    }
    const load = async (
      data = '1',
      options: { key?: string; maxAge?: number; minInterval?: number } = {},
    ) => {
      const grant = await acquire(options.key, 't', options.minInterval)
      expect(grant.outcome).toBe('granted')
      return commit(data, options)
    }
    const fail = (retryIn = 5000, token = 't') =>
      cache.fail('k', token, { code: 'upstream', message: 'It said no.', reference: 'r1' }, retryIn)
    const invalidate = (key = 'k', id?: string) =>
      cache.invalidate([id ? { key, cause: { id, topic: 'a.b' } } : { key }])
    const claimed = async () => (await cache.claim(100, 1000)).keys

    /** The feed from the beginning of this epoch up to its top. */
    const feed = async (from?: Version): Promise<FeedEntry[]> => {
      const { cursor } = await cache.read([])
      const start = from ?? { epoch: cursor.epoch, offset: 0 }
      return following(start, cursor.offset - start.offset)
    }
    const following = async (from: Version, count: number): Promise<FeedEntry[]> => {
      const entries: FeedEntry[] = []
      if (count === 0) return entries
      for await (const batch of cache.tail(from, new AbortController().signal)) {
        if (batch.kind === 'entries') entries.push(...batch.entries)
        if (entries.length >= count) break
      }
      return entries
    }
    const changes = async () => (await feed()).flatMap((entry) => (entry.kind === 'change' ? [entry] : []))

    describe('read', () => {
      test('a key nobody has loaded has an entry without data, at offset 0', async () => {
        const { cursor, entries } = await cache.read(['k'])
        expect(entries).toEqual([
          {
            key: 'k',
            version: { epoch: cursor.epoch, offset: 0 },
            dataOffset: 0,
            data: undefined,
            hasData: false,
            empty: false,
            fresh: false,
            building: false,
            loadedAt: undefined,
            checkedAt: undefined,
            dueAt: undefined,
            error: undefined,
            cause: [],
            required: 0,
            built: 0,
            loads: [],
          },
        ])
        expect(await claimed()).toEqual([])
      })

      test('answers in the order asked, each as often as asked, in one instant', async () => {
        await watch('a', 'b')
        await load('"b"', { key: 'b' })
        await load('"a"', { key: 'a' })
        const { cursor, entries } = await cache.read(['b', 'x', 'a', 'b'])
        expect(entries.map((entry) => entry.data)).toEqual(['"b"', undefined, '"a"', '"b"'])
        expect(entries.map((entry) => entry.version.offset)).toEqual([1, 0, 2, 1])
        expect(cursor.offset).toBe(2)
        expect((await cache.read([])).entries).toEqual([])
      })

      test('want makes a key due that nobody watches, once it is not fresh, and a commit ends the want', async () => {
        const [wanted] = (await cache.read(['k'], { want: true })).entries
        expect(wanted?.building).toBe(true)
        expect(await claimed()).toEqual(['k'])
        expect(await load()).toBe('fresh')
        expect((await cache.read(['k'], { want: true })).entries[0]).toMatchObject({
          fresh: true,
          building: false,
        })
        await advance(MAX_AGE)
        expect(await claimed()).toEqual([])
        expect(await one()).toMatchObject({ fresh: false, building: false, data: '1' })
        expect((await cache.read(['k'], { want: true })).entries[0]?.building).toBe(true)
        expect(await claimed()).toEqual(['k'])
      })

      test('want neither disturbs a running load nor a failing key before its retry', async () => {
        await cache.read(['k'], { want: true })
        await acquire()
        await cache.read(['k'], { want: true })
        expect(await claimed()).toEqual([])
        await fail(5000)
        expect((await cache.read(['k'], { want: true })).entries[0]?.building).toBe(false)
        expect(await claimed()).toEqual([])
        await advance(5000)
        expect(await claimed()).toEqual(['k'])
      })
    })

    describe('interest', () => {
      test('makes keys due that are not fresh, and says which were not watched', async () => {
        expect(await watch('a', 'b')).toMatchObject({
          lapsed: ['a', 'b'],
          entries: [{ building: true }, { key: 'b' }],
        })
        expect(await claimed()).toEqual(['a', 'b'])
        expect((await watch('b', 'c')).lapsed).toEqual(['c'])
        await advance(WATCH)
        expect((await watch('a', 'b', 'c')).lapsed).toEqual(['a', 'b', 'c'])
      })

      test('carries neither data nor loads, and puts a fresh key where it is due next', async () => {
        await cache.read(['k'], { want: true })
        await load('1')
        const { entries, cursor } = await watch()
        expect(entries[0]).toMatchObject({
          hasData: true,
          fresh: true,
          version: cursor,
          data: undefined,
          loads: [],
        })
        expect((await cache.claim(10, 1000)).nextIn).toBe(MAX_AGE)
        await advance(MAX_AGE)
        expect(await claimed()).toEqual(['k'])
      })

      test('a shorter renewal does not shorten the watch', async () => {
        await cache.interest(['k'], 1000)
        await cache.interest(['k'], 10)
        await advance(999)
        expect((await cache.interest(['k'], 1)).lapsed).toEqual([])
      })

      test('an unwatched key that an event made stale is rebuilt only once it is watched again', async () => {
        await watch()
        await load('1', { maxAge: 10 * WATCH })
        await advance(WATCH)
        expect(await invalidate()).toMatchObject({ due: false })
        expect(await one()).toMatchObject({ fresh: false, building: false })
        expect(await claimed()).toEqual([])
        expect(await watch()).toMatchObject({ lapsed: ['k'], entries: [{ fresh: false, building: true }] })
        expect(await claimed()).toEqual(['k'])
      })
    })

    describe('invalidate', () => {
      test('a key without an entry is left alone', async () => {
        expect(await invalidate('k', 'e1')).toMatchObject({ due: false })
        expect((await one()).required).toBe(0)
        await watch()
        await load()
        expect(await one()).toMatchObject({ required: 0, cause: [], fresh: true })
      })

      test('a watched key is due at once', async () => {
        await watch()
        await load()
        expect(await invalidate()).toMatchObject({ due: true })
        expect(await one()).toMatchObject({ fresh: false, building: true, required: 1, built: 0, data: '1' })
        expect(await claimed()).toEqual(['k'])
      })

      test('many keys in one call, known and unknown, more than once', async () => {
        const keys = Array.from({ length: 1200 }, (_, n) => `k${n}`)
        await watch(...keys)
        for (const key of ['k3', 'k1100']) await load('1', { key })
        expect(await cache.invalidate([...keys, 'x', 'k3'].map((key) => ({ key })))).toMatchObject({
          due: true,
        })
        const { entries } = await cache.read(['k0', 'k3', 'k1100', 'x'])
        expect(entries.map((entry) => entry.required)).toEqual([1, 2, 1, 0])
        expect((await cache.claim(2000, 1000)).keys).toHaveLength(1200)
        expect(await cache.invalidate([])).toMatchObject({ due: false })
      })

      test('keeps the least interval from the start of the last load', async () => {
        await watch()
        await load('1', { minInterval: 2000 })
        await advance(500)
        expect(await invalidate()).toMatchObject({ due: false })
        expect(await one()).toMatchObject({ fresh: false, building: true })
        expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: 300 })
        expect((await acquire()).outcome).toBe('busy')
        await advance(1500)
        expect(await claimed()).toEqual(['k'])
        expect((await acquire()).outcome).toBe('granted')
      })

      test('leases what the last of many marks made due, so that its load is fresh', async () => {
        const keys = Array.from({ length: 250 }, (_, n) => `k${n}`)
        await watch(...keys)
        const marks = keys.flatMap((key) => [{ key }, { key }, { key }])
        const leases = { token: 'i', ttl: TTL, minIntervals: new Map(keys.map((key) => [key, 0])) }
        const { granted } = await cache.invalidate(marks, leases)
        expect(granted.size).toBe(keys.length)
        const outcomes = keys.map((key) => commit('1', { key, token: 'i' }))
        expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['fresh']))
      })

      test('leases of those it makes due, those it is asked for, as acquire does', async () => {
        await watch('k', 'spaced', 'leased', 'unnamed')
        for (const key of ['k', 'leased', 'unnamed']) await load('1', { key })
        await load('1', { key: 'spaced', minInterval: 2000 })
        await invalidate('leased')
        await acquire('leased', 'other')
        await cache.read(['unwatched'], { want: true })
        await load('1', { key: 'unwatched' })
        const mark = (key: string, id: string) => ({ key, cause: { id, topic: 'a.b' } })
        const named = ['k', 'spaced', 'leased', 'unwatched', 'unknown']
        const answer = await cache.invalidate(
          [mark('k', 'e1'), mark('k', 'e2'), ...[...named.slice(1), 'unnamed'].map((key) => mark(key, 'e3'))],
          { token: 'i', ttl: TTL, minIntervals: new Map(named.map((key) => [key, 500])) },
        )
        const now = (await cache.read([])).now
        const granted = { outcome: 'granted', now, previousHash: '#1', failures: 0, byClock: false, lost: 0 }
        expect(answer).toEqual({ due: true, granted: new Map([['k', granted]]) })
        expect(await claimed()).toEqual(['unnamed'])
        expect(await acquire('k', 'j')).toEqual({ outcome: 'busy' })
        expect(await commit('2', { token: 'i' })).toBe('fresh')
        expect(await one()).toMatchObject({ data: '2', cause: [{ id: 'e1' }, { id: 'e2' }] })
        await invalidate('k')
        expect(await cache.claim(10, 1000)).toMatchObject({ keys: [], nextIn: 300 })
        await advance(500)
        expect(await claimed()).toContain('k')
      })

      test('what it leased and nobody loads is due again when the lease ends', async () => {
        await watch()
        await load()
        const leases = { token: 'i', ttl: TTL, minIntervals: new Map([['k', 0]]) }
        expect((await cache.invalidate([{ key: 'k' }], leases)).due).toBe(false)
        expect(await claimed()).toEqual([])
        await advance(TTL)
        expect(await claimed()).toEqual(['k'])
      })

      test('the newest 10 events behind a load, each once, are the cause of the data', async () => {
        await watch()
        await load('1')
        for (let n = 0; n < 12; n++) await invalidate('k', `e${n}`)
        await invalidate('k', 'e11')
        await acquire()
        await invalidate('k', 'late')
        expect(await commit('2')).toBe('stale')
        expect((await one()).cause.map(({ id }) => id)).toEqual(
          [2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `e${n}`),
        )
        await load('3')
        expect((await one()).cause).toEqual([{ id: 'late', topic: 'a.b' }])
        await invalidate('k', 'confirmed')
        await load('3')
        expect((await one()).cause).toEqual([{ id: 'late', topic: 'a.b' }])
      })
    })

    describe('claim', () => {
      test('hides what it gives, up to the limit, earliest first', async () => {
        await watch('b')
        await advance(1)
        await watch('a', 'c')
        expect(await cache.claim(2, 1000)).toEqual({ keys: ['b', 'a'], urgent: 0, nextIn: 0 })
        expect(await cache.claim(2, 1000)).toMatchObject({ keys: ['c'] })
        expect((await cache.claim(2, 1000)).keys).toEqual([])
        await advance(1000)
        expect(await cache.claim(10, 1000)).toMatchObject({ keys: ['a', 'b', 'c'] })
      })

      const due = (...keys: string[]) => keys.map((key) => invalidate(key))
      const clockAndEvents = async () => {
        const [clock, events] = ['c', 'e'].map((name) => Array.from({ length: 6 }, (_, n) => `${name}${n}`))
        if (!clock || !events) throw new Error('Two lists.')
        await watch(...clock, ...events)
        for (const key of clock) await load('1', { key, maxAge: 1000 })
        for (const key of events) await load('1', { key })
        await advance(5000)
        await Promise.all(due(...events))
        return { clock, events }
      }

      test('what events made stale comes before what only its time did, and leaves it a quarter', async () => {
        const { clock, events } = await clockAndEvents()
        expect(await cache.claim(1, 1000)).toMatchObject({ keys: ['e0'], urgent: 1 })
        expect(await cache.claim(4, 1000)).toMatchObject({ keys: ['e1', 'e2', 'e3', 'c0'], urgent: 3 })
        expect(await cache.claim(100, 1000)).toMatchObject({
          keys: [...events.slice(4), ...clock.slice(1)],
          urgent: 2,
        })
        await advance(1000)
        // As long as any that a crash left behind.
        expect((await cache.claim(100, 1000)).keys).toHaveLength(12)
      })

      test('what has been loaded since an event made it stale is not claimed for it', async () => {
        await watch()
        await load()
        await invalidate()
        await load('2')
        await watch('other')
        expect(await cache.claim(10, 1000)).toMatchObject({ keys: ['other'], urgent: 0 })
      })

      test('what an event overtook during its load is urgent again', async () => {
        const { clock } = await clockAndEvents()
        await claimed()
        await acquire('e3')
        await invalidate('e3')
        await advance(1000)
        expect(await commit('2', { key: 'e3' })).toBe('stale')
        expect(await cache.claim(2, 1000)).toMatchObject({ keys: ['e3', clock[0]], urgent: 1 })
      })

      test('what is given back is due again after a while, sooner when an event says so, and hides nothing', async () => {
        await watch('a', 'b', 'c')
        await load('1', { key: 'c' })
        expect((await cache.claim(10, 10_000)).keys).toEqual(['a', 'b'])
        await cache.unclaim(['a', 'b'], 2000)
        expect(await cache.claim(10, 1000)).toMatchObject({ keys: [], nextIn: 300 })
        await invalidate('b')
        expect(await cache.claim(10, 1000)).toMatchObject({ keys: ['b'], urgent: 1 })
        await advance(2000)
        expect((await cache.claim(10, 1000)).keys).toEqual(['b', 'a'])
      })

      test('giving back neither postpones a key nor makes one due that is not to be loaded', async () => {
        await watch('a')
        await claimed()
        await cache.unclaim(['a', 'nobody'], 60_000)
        await advance(1000)
        expect(await claimed()).toEqual(['a'])
        await advance(60_000)
        expect(await claimed()).toEqual(['a'])
        await cache.unclaim([], 1)
      })

      test('nothing waits, nothing comes', async () => {
        expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
      })
    })

    describe('acquire', () => {
      test('granted to one, busy to others, and due again when the lease runs out', async () => {
        await watch()
        await claimed()
        expect(await acquire('k', 'a')).toMatchObject({
          outcome: 'granted',
          previousHash: undefined,
          failures: 0,
        })
        expect(await one()).toMatchObject({ building: true })
        expect(await acquire('k', 'b')).toEqual({ outcome: 'busy' })
        await advance(TTL - 1)
        expect(await claimed()).toEqual([])
        await advance(1)
        expect(await claimed()).toEqual(['k'])
        expect((await acquire('k', 'b')).outcome).toBe('granted')
        expect(await commit('old', { token: 'a' })).toBe('lost')
        expect(await commit('new', { token: 'b' })).toBe('fresh')
        expect((await one()).data).toBe('new')
      })

      test('says how many leases in a row nobody ended', async () => {
        const lost = async (token: string) => {
          const grant = await acquire('k', token)
          return grant.outcome === 'granted' ? grant.lost : grant.outcome
        }
        await watch()
        expect(await lost('a')).toBe(0)
        await advance(TTL)
        expect(await lost('b')).toBe(1)
        await advance(TTL)
        expect(await lost('c')).toBe(2)
        await cache.fail('k', 'c', { code: 'set-aside', message: 'No.', reference: 'r' }, 1_000)
        await advance(1_000)
        expect(await lost('d')).toBe(0)
        await advance(TTL)
        const { granted } = await cache.invalidate([{ key: 'k' }], {
          token: 'e',
          ttl: TTL,
          minIntervals: new Map([['k', 0]]),
        })
        expect(granted.get('k')?.lost).toBe(3)
        await cache.release('k', 'e')
        expect(await lost('f')).toBe(0)
        await commit('1', { token: 'f' })
        await invalidate()
        expect(await lost('g')).toBe(0)
        await advance(TTL)
        expect(await lost('h')).toBe(1)
        await fail(0, 'h')
        expect(await lost('i')).toBe(0)
        await watch()
        await advance(TTL)
        expect(await lost('j')).toBe(1)
      })

      test('fresh: nothing to do until it is due', async () => {
        await watch()
        await load()
        expect(await acquire()).toEqual({ outcome: 'fresh' })
        expect((await cache.claim(10, 1000)).nextIn).toBe(MAX_AGE)
        await advance(MAX_AGE - 1)
        expect(await acquire()).toEqual({ outcome: 'fresh' })
        await advance(1)
        expect(await one()).toMatchObject({ fresh: false, building: true })
        expect(await claimed()).toEqual(['k'])
        expect(await acquire()).toMatchObject({ outcome: 'granted', previousHash: '#1' })
      })

      test('says whether the clock alone made the key stale', async () => {
        await watch()
        expect(await acquire()).toMatchObject({ byClock: false })
        await commit()
        await advance(MAX_AGE)
        expect(await acquire()).toMatchObject({ byClock: true })
        await fail(0)
        expect(await acquire()).toMatchObject({ byClock: true })
        await commit()
        await invalidate()
        expect(await acquire()).toMatchObject({ byClock: false })
        await commit()
        await invalidate()
        await advance(MAX_AGE)
        await watch()
        expect(await acquire()).toMatchObject({ byClock: false })
      })

      test('idle: neither watched nor wanted, and no longer due', async () => {
        expect(await acquire()).toEqual({ outcome: 'idle' })
        await watch()
        await load()
        await advance(WATCH)
        expect(await claimed()).toEqual(['k'])
        expect(await acquire()).toEqual({ outcome: 'idle' })
        expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
      })

      test("gives the cache's clock, which becomes the age of the data", async () => {
        await watch()
        const grant = await acquire()
        const { now } = await cache.read([])
        expect(grant).toMatchObject({ now })
        await advance(40)
        await commit()
        expect(await one()).toMatchObject({
          loadedAt: now,
          checkedAt: now,
          dueAt: now + 40 + MAX_AGE,
          loads: [{ startedAt: now, endedAt: now + 40, outcome: 'changed' }],
        })
      })
    })

    describe('commit', () => {
      test('a new result is a feed entry with its data, and its offset the version', async () => {
        await watch()
        await load('{"å":"✓ \\n"}')
        const { cursor } = await cache.read([])
        const entry = await one()
        expect(entry).toMatchObject({
          data: '{"å":"✓ \\n"}',
          version: cursor,
          dataOffset: cursor.offset,
          fresh: true,
        })
        expect(await changes()).toEqual([
          { kind: 'change', version: cursor, changed: true, entry: { ...entry, loads: [] } },
        ])
      })

      test('the same result is confirmed: a feed entry without data, and a younger check', async () => {
        await watch()
        await load('1')
        const before = await one()
        await advance(100)
        await invalidate()
        await load('1')
        expect(await one()).toMatchObject({
          version: { offset: 2 },
          dataOffset: 1,
          loadedAt: before.loadedAt,
          checkedAt: (before.checkedAt ?? 0) + 100,
          data: '1',
          fresh: true,
          loads: [{ outcome: 'confirmed' }, { outcome: 'changed' }],
        })
        expect((await changes()).at(-1)).toMatchObject({
          changed: false,
          entry: { data: undefined, hasData: true },
        })
      })

      test('overtaken by an event: stored, not fresh, and due again once', async () => {
        await watch()
        await acquire()
        await invalidate()
        await invalidate()
        expect(await claimed()).toEqual([])
        expect(await commit('1')).toBe('stale')
        expect(await one()).toMatchObject({ data: '1', fresh: false, building: true, required: 2, built: 0 })
        expect((await changes()).at(-1)).toMatchObject({ entry: { fresh: false, building: true } })
        expect(await claimed()).toEqual(['k'])
        expect(await load('2')).toBe('fresh')
        expect(await claimed()).toEqual([])
      })

      test('overtaken under a least interval: due when that is over', async () => {
        await watch()
        await acquire('k', 't', 2000)
        await advance(100)
        await invalidate()
        await commit('1')
        await advance(1899)
        expect(await claimed()).toEqual([])
        await advance(1)
        expect(await claimed()).toEqual(['k'])
      })

      test('past due on arrival is not fresh', async () => {
        await watch()
        await acquire()
        expect(await commit('1', { maxAge: 0 })).toBe('stale')
        expect(await one()).toMatchObject({ fresh: false, data: '1' })
        expect(await claimed()).toEqual(['k'])
      })

      test('a lease that ran out but that nobody took may still commit, and then holds nothing more', async () => {
        await watch()
        await acquire()
        await advance(TTL + 1)
        expect(await commit('1')).toBe('fresh')
        expect(await commit('2')).toBe('lost')
        expect(await commit('2', { key: 'never' })).toBe('lost')
        expect((await one()).data).toBe('1')
        expect(await changes()).toHaveLength(1)
      })

      test('unwatched: stored and no longer due', async () => {
        await cache.read(['k'], { want: true })
        await acquire()
        await invalidate()
        expect(await commit('1')).toBe('stale')
        expect(await one()).toMatchObject({ data: '1', fresh: false, building: false })
        expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
      })

      test('says whether the result is empty', async () => {
        await watch()
        await load('null')
        expect((await one()).empty).toBe(true)
        await invalidate()
        await load('1')
        expect((await one()).empty).toBe(false)
      })

      test('data above the inline limit does not travel in the feed; above the result limit it is refused', async () => {
        await watch()
        const inline = JSON.stringify('é'.repeat(INLINE_LIMIT / 2 - 1))
        const large = JSON.stringify('é'.repeat(INLINE_LIMIT / 2))
        await load(inline)
        await invalidate()
        await load(large)
        const [first, second] = await changes()
        expect(first?.entry.data).toBe(inline)
        expect(second).toMatchObject({
          changed: true,
          entry: { data: undefined, hasData: true, dataOffset: 2 },
        })
        expect((await one()).data).toBe(large)
        await invalidate()
        await acquire()
        const most = JSON.stringify('é'.repeat(RESULT_LIMIT / 2 - 1))
        await expect(commit(`${most} `)).rejects.toThrow(RangeError)
        expect(await commit(most)).toBe('fresh')
        expect((await one()).data).toBe(most)
      })

      test('notes are kept with the load that made them', async () => {
        const notes = ['“two words”\nand a line', 'å']
        await watch()
        await acquire()
        const { now } = await cache.read([])
        const result = { data: '1', hash: '#1', empty: false, dueAt: now + MAX_AGE }
        await cache.commit('k', 't', { ...result, notes })
        await invalidate()
        await acquire()
        await cache.commit('k', 't', result)
        const [newest, before] = (await one()).loads
        expect(newest).not.toHaveProperty('notes')
        expect(before).toMatchObject({ outcome: 'changed', notes })
      })

      test('the last 10 loads are kept, newest first', async () => {
        await watch()
        for (let n = 0; n < 12; n++) {
          await invalidate()
          await load(String(n % 5))
          await advance(10)
        }
        const { loads } = await one()
        expect(loads).toHaveLength(10)
        expect(loads.map(({ startedAt }) => startedAt)).toEqual(
          loads
            .map(({ startedAt }) => startedAt)
            .toSorted()
            .reverse(),
        )
      })
    })

    describe('fail', () => {
      test('keeps the last good data, says why, and tries again', async () => {
        await watch()
        await load('1', { maxAge: 1000 })
        await advance(1000)
        await acquire()
        await fail(5000)
        const { now } = await cache.read([])
        expect(await one()).toMatchObject({
          data: '1',
          fresh: false,
          building: false,
          version: { offset: 2 },
          dataOffset: 1,
          error: { code: 'upstream', message: 'It said no.', reference: 'r1', at: now },
          loads: [{ outcome: 'failed' }, { outcome: 'changed' }],
        })
        expect((await changes()).at(-1)).toMatchObject({
          changed: false,
          entry: { error: { reference: 'r1' }, data: undefined },
        })
        expect((await cache.claim(10, 1000)).nextIn).toBe(5000)
        await watch()
        expect(await claimed()).toEqual([])
        expect((await acquire()).outcome).toBe('busy')
        await advance(5000)
        expect(await claimed()).toEqual(['k'])
        expect(await acquire()).toMatchObject({ outcome: 'granted', failures: 1, previousHash: '#1' })
        await fail()
        await advance(5000)
        expect(await acquire()).toMatchObject({ failures: 2 })
        expect(await commit('1')).toBe('fresh')
        expect(await one()).toMatchObject({ error: undefined, fresh: true })
        await invalidate()
        expect(await acquire()).toMatchObject({ failures: 0 })
      })

      test('what is set aside stays there, whatever happens, and then has a load as any', async () => {
        await watch()
        await acquire()
        const error = { code: 'set-aside' as const, message: 'It did harm.', reference: 'r1' }
        await cache.fail('k', 't', error, 5_000)
        await invalidate()
        await cache.read(['k'], { want: true })
        expect(await one()).toMatchObject({ building: false, error })
        expect((await acquire()).outcome).toBe('busy')
        await advance(5_000)
        expect((await acquire()).outcome).toBe('granted')
        await commit()
        await invalidate()
        expect((await acquire()).outcome).toBe('granted')
        await fail()
        await invalidate()
        expect((await acquire()).outcome).toBe('granted')
      })

      test('an event brings the retry forward', async () => {
        await watch()
        await acquire()
        await fail(5000)
        expect(await invalidate()).toMatchObject({ due: true })
        expect((await one()).building).toBe(true)
        expect(await claimed()).toEqual(['k'])
        expect((await acquire()).outcome).toBe('granted')
      })

      test('an event brings the retry of a key forward that is only wanted', async () => {
        const want = () => cache.read(['k'], { want: true })
        await want()
        await acquire()
        await fail(5000)
        await want()
        expect(await claimed()).toEqual([])
        expect(await invalidate()).toMatchObject({ due: true })
        expect((await one()).building).toBe(true)
        expect(await claimed()).toEqual(['k'])
      })

      test('an event during the failing load is not lost, nor is its name', async () => {
        await watch()
        await load('1', { maxAge: 10 * WATCH })
        await invalidate('k', 'e1')
        await acquire()
        await invalidate('k', 'e2')
        await fail(5000)
        expect((await one()).fresh).toBe(false)
        await advance(5000)
        expect(await claimed()).toEqual(['k'])
        expect(await load('2', { maxAge: 10 * WATCH })).toBe('fresh')
        expect((await one()).cause.map(({ id }) => id)).toEqual(['e1', 'e2'])
      })

      test('unwatched: no retry, and the want is over', async () => {
        await cache.read(['k'], { want: true })
        await acquire()
        await fail(5000)
        expect(await cache.claim(10, 1000)).toEqual({ keys: [], urgent: 0, nextIn: undefined })
        await advance(5000)
        expect((await one()).building).toBe(false)
      })

      test("with another's token it changes nothing", async () => {
        await watch()
        await acquire('k', 'a')
        await fail(5000, 'b')
        expect(await one()).toMatchObject({ error: undefined, building: true })
        expect(await commit('1', { token: 'a' })).toBe('fresh')
      })
    })

    describe('extend and release', () => {
      test('extend keeps the lease, also a run-out one that nobody took', async () => {
        await watch()
        await acquire('k', 'a')
        await advance(TTL - 1)
        expect(await cache.extend('k', 'a', TTL)).toBe(true)
        expect(await cache.extend('k', 'b', TTL)).toBe(false)
        await advance(TTL - 1)
        expect(await claimed()).toEqual([])
        expect((await acquire('k', 'b')).outcome).toBe('busy')
        await advance(1)
        expect(await claimed()).toEqual(['k'])
        expect(await cache.extend('k', 'a', TTL)).toBe(true)
        expect((await acquire('k', 'b')).outcome).toBe('busy')
        await advance(TTL)
        expect((await acquire('k', 'b')).outcome).toBe('granted')
        expect(await cache.extend('k', 'a', TTL)).toBe(false)
        expect(await cache.extend('never', 'a', TTL)).toBe(false)
      })

      test('release makes the key due at once and passes its causes on', async () => {
        await watch()
        await load('1')
        await invalidate('k', 'e1')
        await acquire('k', 'a', 5000)
        await invalidate('k', 'e2')
        await cache.release('k', 'b')
        expect((await acquire('k', 'b')).outcome).toBe('busy')
        await cache.release('k', 'a')
        expect(await claimed()).toEqual(['k'])
        expect(await load('2')).toBe('fresh')
        expect((await one()).cause.map(({ id }) => id)).toEqual(['e1', 'e2'])
        expect(await commit('3', { token: 'a' })).toBe('lost')
      })

      test('the causes of a lease that ran out pass to the next', async () => {
        await watch()
        await load('1')
        await invalidate('k', 'e1')
        await acquire('k', 'a')
        await advance(TTL)
        await invalidate('k', 'e2')
        await load('2')
        expect((await one()).cause.map(({ id }) => id)).toEqual(['e1', 'e2'])
      })
    })

    describe('a rebuild that takes long', () => {
      const announced = async () =>
        (await changes()).filter(({ changed, entry }) => !changed && entry.building).length

      test('is announced 300 ms after the event, once', async () => {
        await watch()
        await load('1', { minInterval: 5000 })
        await invalidate()
        await advance(299)
        expect(await cache.claim(10, 1000)).toMatchObject({ nextIn: 1 })
        expect(await announced()).toBe(0)
        await advance(1)
        await cache.claim(10, 1000)
        expect(await announced()).toBe(1)
        expect(await one()).toMatchObject({
          version: { offset: 2 },
          dataOffset: 1,
          building: true,
          fresh: false,
        })
        await invalidate()
        await advance(1000)
        await cache.claim(10, 1000)
        expect(await announced()).toBe(1)
        await advance(4000)
        expect(await load('2')).toBe('fresh')
        await invalidate()
        await advance(300)
        await cache.claim(10, 1000)
        expect(await announced()).toBe(2)
      })

      test('is announced 300 ms after its start when the clock asked for it', async () => {
        await watch()
        await load('1', { maxAge: 1000 })
        await advance(1000)
        await acquire()
        await advance(300)
        await cache.claim(10, 1000)
        expect(await announced()).toBe(1)
      })

      test('is not announced when done in time, when it failed, or when nobody watches', async () => {
        await watch()
        await load('1', { maxAge: 2 * WATCH })
        await invalidate()
        await load('2', { maxAge: 2 * WATCH })
        await advance(300)
        await cache.claim(10, 1000)
        await invalidate()
        await acquire()
        await fail(5000)
        await advance(300)
        await cache.claim(10, 1000)
        await invalidate()
        await advance(WATCH)
        await cache.claim(10, 1000)
        expect(await announced()).toBe(0)
      })
    })

    describe('pulse', () => {
      test('by one at a time, in the feed', async () => {
        expect(await cache.lastPulse()).toMatchObject({ pulse: undefined })
        const { now } = await cache.read([])
        expect(await cache.pulse('a', now - 5, 1000)).toBe(true)
        expect(await cache.pulse('b', now, 1000)).toBe(false)
        expect(await cache.lastPulse()).toEqual({ now, pulse: { now, through: now - 5, oldestDue: 0 } })
        expect(await feed()).toEqual([
          {
            kind: 'pulse',
            version: { epoch: (await cache.read([])).cursor.epoch, offset: 1 },
            pulse: { now, through: now - 5, oldestDue: 0 },
          },
        ])
        await advance(999)
        expect(await cache.pulse('a', now, 1000)).toBe(true)
        await advance(999)
        expect(await cache.pulse('b', now, 1000)).toBe(false)
        await advance(1)
        expect(await cache.pulse('b', now, 1000)).toBe(true)
        expect(await cache.pulse('a', now, 1000)).toBe(false)
      })

      test('comes behind the news of every rebuild that is late', async () => {
        await watch('a')
        await load('1', { key: 'a', minInterval: 5000 })
        await invalidate('a')
        await advance(LATE_AFTER - 1)
        await cache.pulse('p', 5, 1000)
        await advance(1)
        await cache.pulse('p', 6, 1000)
        const [, ...after] = await feed()
        expect(after).toMatchObject([
          { kind: 'pulse', pulse: { through: 5 } },
          { kind: 'change', entry: { key: 'a', building: true, fresh: false } },
          { kind: 'pulse', pulse: { through: 6 } },
        ])
      })

      test('vouches for no more than before while some are still to be told of', async () => {
        const many = Array.from({ length: 600 }, (_, n) => `k${n}`)
        await cache.pulse('p', 1, 1000)
        await watch(...many)
        await cache.claim(600, 60_000)
        await advance(LATE_AFTER)
        await cache.pulse('p', 2, 1000)
        expect((await cache.lastPulse()).pulse?.through).toBe(1)
        await cache.pulse('p', 3, 1000)
        expect((await cache.lastPulse()).pulse?.through).toBe(3)
      })

      test('tells how long the oldest due key has waited', async () => {
        await watch('a')
        await advance(70)
        await watch('a', 'b')
        await advance(30)
        await cache.pulse('p', 0, 1000)
        expect((await cache.lastPulse()).pulse?.oldestDue).toBe(100)
      })
    })

    describe('tail', () => {
      const batches = async (from: Version | undefined, act: () => Promise<unknown>, count: number) => {
        const stop = new AbortController()
        const tail = cache.tail(from, stop.signal)[Symbol.asyncIterator]()
        const seen: TailBatch[] = []
        const reading = (async () => {
          while (seen.length < count) {
            const next = await tail.next()
            if (next.done) break
            seen.push(next.value)
          }
        })()
        await act()
        await reading
        stop.abort()
        expect((await tail.next()).done).toBe(true)
        return seen
      }

      test('follows what is appended after a version, without holes', async () => {
        await watch('a', 'b')
        await load('1', { key: 'a' })
        const { cursor } = await cache.read([])
        const seen = await batches(cursor, () => load('2', { key: 'b' }), 1)
        expect(seen).toMatchObject([
          { kind: 'entries', entries: [{ version: { offset: 2 }, entry: { key: 'b' } }] },
        ])
        await cache.pulse('p', 0, 1000)
        expect((await feed()).map(({ version }) => version.offset)).toEqual([1, 2, 3])
      })

      test('without a version it begins now', async () => {
        await cache.pulse('p', 1, 1000)
        const tail = cache.tail(undefined, new AbortController().signal)[Symbol.asyncIterator]()
        const first = tail.next()
        // Where "now" is shows in what comes first: never the pulse before the tail began.
        const pulsing = (async () => {
          for (let n = 2; (await Promise.race([first, undefined])) === undefined; n++)
            await cache.pulse('p', n, 1000)
        })()
        const { value } = await first
        await pulsing
        expect(value.entries[0].version.offset).toBeGreaterThan(1)
        await tail.return?.()
      })

      test('a version of another epoch is answered by the epoch, then by all of the present one', async () => {
        await cache.pulse('p', 1, 1000)
        const { cursor } = await cache.read([])
        const seen = await batches({ epoch: cursor.epoch - 1, offset: 400 }, async () => undefined, 2)
        expect(seen).toMatchObject([
          { kind: 'epoch', epoch: cursor.epoch },
          { kind: 'entries', entries: [{ version: { epoch: cursor.epoch, offset: 1 } }] },
        ])
      })

      test('entries trimmed before they were read are a gap', async () => {
        const { cursor } = await cache.read([])
        for (let done = 0; done < 2 * FEED_LIMIT + 500; done += 500) {
          await Promise.all(Array.from({ length: 500 }, () => cache.pulse('p', 1, 1000)))
        }
        const [gap, rest] = await batches(cursor, async () => undefined, 2)
        if (gap?.kind !== 'gap' || rest?.kind !== 'entries') throw new Error(`${gap?.kind}, ${rest?.kind}`)
        expect(gap.to.offset).toBeGreaterThan(0)
        expect(gap.to.offset).toBeLessThanOrEqual(FEED_LIMIT + 500)
        expect(rest.entries[0]?.version).toEqual({ epoch: cursor.epoch, offset: gap.to.offset + 1 })
      })

      test('several tails see the same', async () => {
        await watch()
        const { cursor } = await cache.read([])
        const both = [following(cursor, 2), following(cursor, 2)]
        await load('1')
        await invalidate()
        await load('2')
        const [one, other] = await Promise.all(both)
        expect(one).toEqual(other)
      })
    })

    describe('wakes', () => {
      /** Runs `act` with a listener and its count so far. */
      const listening = async (act: (count: () => number) => Promise<void>) => {
        const stop = new AbortController()
        let count = -1
        const ended = (async () => {
          for await (const _ of cache.wakes(stop.signal)) count += 1
        })()
        await expect.poll(() => count).toBe(0)
        await act(() => count)
        stop.abort()
        await ended
      }

      test('a want, an interest and a release wake', async () => {
        await listening(async (count) => {
          await cache.read(['a'], { want: true })
          await expect.poll(count).toBe(1)
          await watch('b')
          await expect.poll(count).toBe(2)
          await acquire('b')
          await cache.release('b', 't')
          await expect.poll(count).toBe(3)
        })
      })

      test('neither a fresh key, nor one being loaded, nor one that waits wakes', async () => {
        await watch('fresh', 'loading', 'k')
        await load('1', { key: 'fresh' })
        await acquire('loading')
        await acquire()
        await fail()
        await listening(async (count) => {
          await watch('fresh', 'loading', 'k')
          await cache.read(['fresh', 'loading', 'k'], { want: true })
          // Time for a wake to arrive, had one been sent.
          for (let n = 0; n < 50; n++) await cache.read([])
          expect(count()).toBe(0)
        })
      })
    })

    describe('the end', () => {
      test('an aborted signal ends tail and wakes', async () => {
        const stop = new AbortController()
        const ended = Promise.all(
          [cache.tail(undefined, stop.signal), cache.wakes(stop.signal)].map(async (stream) => {
            for await (const _ of stream) if (stop.signal.aborted) break
          }),
        )
        await cache.read([])
        stop.abort()
        await ended
        for await (const _ of cache.tail(undefined, stop.signal))
          throw new Error('an aborted tail yields nothing')
        for await (const _ of cache.wakes(stop.signal)) throw new Error('aborted wakes yield nothing')
      })

      test('close ends them too, and verbs reject', async () => {
        const { signal } = new AbortController()
        const streams = [cache.tail(undefined, signal), cache.wakes(signal)].map(async (stream) => {
          for await (const _ of stream) {
          }
        })
        await cache.read([])
        await cache.close()
        await Promise.all(streams)
        await expect(cache.read(['k'])).rejects.toMatchObject({ code: 'cache-away' })
        await expect(cache.invalidate([{ key: 'k' }])).rejects.toMatchObject({ code: 'cache-away' })
      })
    })
  })
}
