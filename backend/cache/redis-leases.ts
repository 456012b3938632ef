import { batch } from '../base/batch.ts'
import { type Cache, type Grant, RESULT_LIMIT } from './cache.ts'
import type { RedisLink } from './redis-link.ts'
import { decodeGrant } from './redis-reply.ts'

/** Leases and commits one script takes, and bytes of their results. */
const TOGETHER = { most: 100, mostSize: 1024 * 1024 }

type LeaseVerbs = Pick<Cache, 'acquire' | 'extend' | 'release' | 'commit' | 'fail'>

/** What is done with a lease; what is asked at one time shares a script. */
export function leaseVerbs(link: Pick<RedisLink, 'run'>): LeaseVerbs {
  const acquire = batch<readonly (string | number)[], Grant>({
    ...TOGETHER,
    async run(asks) {
      const { reply } = await link.run('acquire', ...asks.flat())
      const [now, ...said] = reply as [number, ...(string | number)[]]
      return asks.map((_, n) => decodeGrant(now, said.slice(n * 5, n * 5 + 5)))
    },
  })
  const commit = batch<readonly (string | number)[], 'fresh' | 'stale' | 'lost'>({
    ...TOGETHER,
    run: async (asks) => (await link.run('commit', ...asks.flat())).reply as ('fresh' | 'stale' | 'lost')[],
  })

  return {
    acquire: (key, lease, ttl, minInterval) => acquire([key, lease, ttl, minInterval], 0),

    async extend(key, lease, ttl) {
      return (await link.run('extend', key, lease, ttl)).reply === 'held'
    },

    async release(key, lease) {
      await link.run('release', key, lease)
    },

    async commit(key, lease, { data, hash, empty, dueAt, notes }) {
      const bytes = Buffer.byteLength(data)
      if (bytes > RESULT_LIMIT) throw new RangeError(`A result may have ${RESULT_LIMIT} bytes.`)
      const said = notes === undefined ? '' : JSON.stringify(notes)
      return commit([key, lease, data, hash, empty ? 1 : 0, Math.round(dueAt), said], bytes)
    },

    async fail(key, lease, error, retryIn) {
      const aside = error.code === 'set-aside' ? 1 : 0
      await link.run('fail', key, lease, JSON.stringify(error), retryIn, aside)
    },
  }
}
