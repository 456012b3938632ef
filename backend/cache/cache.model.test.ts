import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { startRedis } from '../../e2e/servers/redis.ts'
import { FEED_LIMIT } from './cache.ts'
import { histories, historiesWithFailover, type Operation } from './model/history.ts'
import { play } from './model/play.ts'
import { lockstep, memoryStore, redisStore, type Store } from './model/store.ts'
import { patchScripts, simulateClock } from './script/patch.ts'

simulateClock()
// A feed so short that tails often meet its gaps.
patchScripts(`'MAXLEN', '~', ${FEED_LIMIT}`, `'MAXLEN', '=', 4`)

const numRuns = Number(process.env.MODEL_RUNS ?? 2000)
/** Histories played at the same time, each on a database of its own: most of their time is spent waiting for answers. */
const LANES = 6

const server = await startRedis()
const stores = await Promise.all(Array.from({ length: LANES }, (_, n) => redisStore(`${server.url}/${n}`)))
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()))
  await server.stop()
})

/** A key read after the session's interest has a version above another's that the tail has yet to bring. */
const readAhead: Operation[] = [
  { do: 'open', browser: 1 },
  { do: 'work', limit: 4 },
  { do: 'open', browser: 1 },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, how: 'ack' },
  { do: 'want', key: 'outside' },
  { do: 'work', limit: 4 },
  { do: 'connect', browser: 1, node: 0 },
  { do: 'proceed', browser: 1 },
  { do: 'pass', ms: 2000 },
  { do: 'publish', key: 'spaced' },
  { do: 'deliver', nth: 0, how: 'ack' },
  { do: 'work', limit: 4 },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, how: 'ack' },
  { do: 'work', limit: 4 },
  { do: 'proceed', browser: 1 },
  { do: 'write', browser: 1, count: 3 },
  { do: 'poll', node: 0 },
]

/** A load that took too long gives its result after another was granted. */
const lateResult: Operation[] = [
  { do: 'open', browser: 1 },
  { do: 'acquire', key: 'outside' },
  { do: 'look', nth: 0 },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, how: 'ack' },
  { do: 'pass', ms: 10_000 },
  { do: 'acquire', key: 'outside' },
  { do: 'commit', nth: 0 },
]

/** A load goes on over a failover to a replica that has its lease, but not the event that overtook it. */
const leaseOverFailover: Operation[] = [
  { do: 'open', browser: 1 },
  { do: 'acquire', key: 'outside' },
  { do: 'look', nth: 0 },
  { do: 'lag' },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, how: 'ack' },
  { do: 'failOver' },
  { do: 'commit', nth: 0 },
]

/** Met by chance only once in hundreds of histories, so played before all others. */
const examples: [Operation[]][] = [[readAhead], [lateResult], [leaseOverFailover]]

async function holds(all: fc.Arbitrary<Operation[]>, lanes: readonly Store[], runs = numRuns): Promise<void> {
  const one = (store: Store) =>
    fc.assert(
      fc.asyncProperty(all, (history) => play(store, history)),
      { numRuns: Math.ceil(runs / lanes.length), examples },
    )
  await Promise.all(lanes.map(one))
}

test('in memory: whatever happens, nothing is stale in the end', () => holds(histories, [memoryStore()]))

test('on Redis: the same, and both adapters answer alike at every step', () =>
  holds(histories, stores.map(lockstep)))

test('on Redis with replicas that lag and take over', () => holds(historiesWithFailover, stores, numRuns / 2))

// The model is worth what it finds: each of these breaks one sentence of the protocol, and must be found by an invariant.
test.each<{ broken: string; pieces: readonly (readonly [piece: string, replacement: string])[] }>([
  { broken: 'data of an older epoch is fresh', pieces: [['e.builtIn == epoch and', '']] },
  { broken: 'lease of an older epoch holds', pieces: [["if e.leaseIn ~= epoch then e.token = '' end", '']] },
  {
    broken: 'a new epoch makes nothing due',
    pieces: [["redis.call('ZADD', dirty, 'LT', now, key) end", 'end']],
  },
  {
    broken: 'no token check',
    pieces: [["if e.token == '' or e.token ~= ARGV[3] then return 'lost' end", '']],
  },
  {
    broken: 'generation stamped at commit',
    pieces: [['e.dueAt = e.leaseGeneration,', 'e.dueAt = e.required,']],
  },
  { broken: 'dirty not written', pieces: [["redis.call('ZADD', dirty, 'LT', start, key)", '']] },
  { broken: 'no feed entry', pieces: [['announce(e, changed and ARGV[4])', '']] },
  {
    broken: 'version counted per key',
    pieces: [
      ['announce(e, data)\n', "announce(e, data)\n  local id = redis.call('HINCRBY', meta, 'top', 1)\n"],
      ["e.offsetIn = redis.call('HINCRBY', meta, 'top', 1), epoch", 'e.offsetIn = e.offset + 1, epoch'],
      ["string.format('%.0f-0', e.offset)", "string.format('%.0f-0', id)"],
    ],
  },
])('finds: $broken', async ({ pieces }) => {
  const [store] = stores
  if (!store) throw new Error('no store')
  const restores = pieces.map(([piece, replacement]) => patchScripts(piece, replacement))
  const found = await fc.check(
    fc.asyncProperty(historiesWithFailover, (history) => play(store, history)),
    { numRuns: 1000, seed: 1, endOnFailure: true, examples },
  )
  for (const restore of restores.reverse()) restore()
  expect(found.failed).toBe(true)
  // By what it says of keys and browsers, not by a script that no longer runs.
  expect(String(found.errorInstance)).toMatch(/fresh|went back|a browser shows|waited for|hole/)
})
