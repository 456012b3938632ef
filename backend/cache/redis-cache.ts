import { batch } from './batch.ts'
import { type Cache, type Grant, type Granted, type Invalidation, type Pulse, RESULT_LIMIT } from './cache.ts'
import { type LinkLog, openLink } from './redis-link.ts'
import { decodeEntry, decodeGrant, decodeReading } from './redis-reply.ts'
import { redisTail, redisWakes } from './redis-tail.ts'
import type { Key } from './version.ts'

/** Keys one script takes, so that a burst holds up the server for milliseconds only. */
const SLICE = 100
/** Leases and commits one script takes, and bytes of their results. */
const LEASES = { most: 100, room: 1024 * 1024 }

export interface RedisCacheOptions {
  readonly url: string
  /** Carries the one hash tag of all keys. */
  readonly prefix?: string
  readonly log?: LinkLog
}

/**
 * The cache on Redis 6.2 or newer: one script a verb. Redis may be away when it opens, and whenever.
 * @throws Error when the server's eviction policy would lose the feed or the queue of due keys.
 */
export async function redisCache({ url, prefix = '{hubs}', log }: RedisCacheOptions): Promise<Cache> {
  const link = await openLink(url, prefix, log)
  const closed = new AbortController()
  const until = (signal: AbortSignal) => AbortSignal.any([signal, closed.signal])

  const acquire = batch<readonly (string | number)[], Grant>({
    ...LEASES,
    async run(asks) {
      const { reply } = await link.run('acquire', ...asks.flat())
      const [now, ...said] = reply as [number, ...(string | number)[]]
      return asks.map((_, n) => decodeGrant(now, said.slice(n * 5, n * 5 + 5)))
    },
  })
  const commit = batch<readonly (string | number)[], 'fresh' | 'stale' | 'lost'>({
    ...LEASES,
    run: async (asks) => (await link.run('commit', ...asks.flat())).reply as ('fresh' | 'stale' | 'lost')[],
  })

  return {
    async invalidate(marks, leases) {
      const runs: Promise<{ reply: unknown }>[] = []
      for (let from = 0, to = 0; from < marks.length; from = to) {
        const args: (string | number)[] = [leases?.token ?? '', leases?.ttl ?? 0]
        // Marks of one key stay together: a later one would overtake the lease that an earlier one was granted.
        for (; to < marks.length && (to - from < SLICE || marks[to]?.key === marks[to - 1]?.key); to++) {
          const { key, cause } = marks[to] as Invalidation
          args.push(key, cause ? JSON.stringify(cause) : '', leases?.minIntervals.get(key) ?? '')
        }
        runs.push(link.run('invalidate', ...args))
      }
      let due = false
      const granted = new Map<Key, Granted>()
      for (const { reply } of await Promise.all(runs)) {
        const [anyDue, now, ...leased] = reply as [0 | 1, number, ...(string | number)[]]
        if (anyDue === 1) due = true
        for (let n = 0; n < leased.length; n += 4) {
          const [key, hash, failures, lost] = leased.slice(n, n + 4) as [Key, string, number, number]
          const previousHash = hash || undefined
          granted.set(key, { outcome: 'granted', now, previousHash, failures, byClock: false, lost })
        }
      }
      return { due, granted }
    },

    async read(keys, { want = false } = {}) {
      const { epoch, reply } = await link.run('read', want ? 1 : 0, ...keys)
      return decodeReading(epoch, reply)
    },

    async interest(keys, ttl) {
      const { epoch, reply } = await link.run('interest', ttl, ...keys)
      const [top, now, ...said] = reply as [number, number, ...unknown[]]
      return {
        cursor: { epoch, offset: top },
        now,
        entries: keys.map((_, n) => decodeEntry(epoch, said[n * 2] as string, '', '')),
        lapsed: keys.filter((_, n) => said[n * 2 + 1] === 1),
      }
    },

    async claim(limit, visibility) {
      const { reply } = await link.run('claim', limit, visibility)
      const [wait, urgent, ...keys] = reply as [number, number, ...Key[]]
      return { keys, urgent, nextIn: wait < 0 ? undefined : wait }
    },

    async unclaim(keys, ms) {
      if (keys.length > 0) await link.run('unclaim', ms, ...keys)
    },

    acquire: (key, token, ttl, minInterval) => acquire([key, token, ttl, minInterval], 0),

    async extend(key, token, ttl) {
      return (await link.run('extend', key, token, ttl)).reply === 'held'
    },

    async release(key, token) {
      await link.run('release', key, token)
    },

    async commit(key, token, { data, hash, empty, dueAt, notes }) {
      const bytes = Buffer.byteLength(data)
      if (bytes > RESULT_LIMIT) throw new RangeError(`A result may have ${RESULT_LIMIT} bytes.`)
      const said = notes === undefined ? '' : JSON.stringify(notes)
      return commit([key, token, data, hash, empty ? 1 : 0, Math.round(dueAt), said], bytes)
    },

    async fail(key, token, error, retryIn) {
      const aside = error.code === 'set-aside' ? 1 : 0
      await link.run('fail', key, token, JSON.stringify(error), retryIn, aside)
    },

    async pulse(token, through, ttl) {
      return (await link.run('pulse', token, through, ttl)).reply === 1
    },

    async lastPulse() {
      const { reply } = await link.run('lastPulse')
      const [now, ...last] = reply as [number, ...(string | null)[]]
      const [at, through, oldestDue] = last.map(Number)
      const pulse: Pulse | undefined = at
        ? { now: at, through: through ?? 0, oldestDue: oldestDue ?? 0 }
        : undefined
      return { now, pulse }
    },

    tail: (from, signal) => redisTail(link, from, until(signal)),
    wakes: (signal) => redisWakes(link, until(signal)),

    check: link.check,
    async close() {
      closed.abort()
      link.close()
    },
  }
}
