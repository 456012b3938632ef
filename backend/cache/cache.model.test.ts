import { afterAll, test } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import { FEED_LIMIT } from './cache.ts'
import { histories, historiesWithFailover, type Step } from './model/history.ts'
import { play } from './model/play.ts'
import { holds } from './model/runs.ts'
import { lockstep, memoryStore, redisStore } from './model/store.ts'
import { patchScripts, simulateClock } from './script/patch.ts'

simulateClock()
// A feed so short that tails often meet its gaps.
patchScripts(`'MAXLEN', '~', ${FEED_LIMIT}`, `'MAXLEN', '=', 4`)

/** Histories played at the same time, each on a database of its own: most of their time is spent waiting for answers. */
const LANES = 12

const server = await startRedis()
const stores = await Promise.all(Array.from({ length: LANES }, (_, n) => redisStore(`${server.url}/${n}`)))
afterAll(async () => {
  await Promise.all(stores.map((store) => store.close()))
  await server.stop()
})

/** A key read after the session's interest has a version above another's that the tail has yet to bring. */
const readAhead: Step[] = [
  { do: 'open', browser: 1, node: 0 },
  { do: 'work', limit: 4 },
  { do: 'open', browser: 1, node: 0 },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'want', key: 'outside' },
  { do: 'work', limit: 4 },
  { do: 'connect', browser: 1, node: 0 },
  { do: 'proceed', browser: 1 },
  { do: 'pass', ms: 2000 },
  { do: 'publish', key: 'spaced' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'work', limit: 4 },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'work', limit: 4 },
  { do: 'proceed', browser: 1 },
  { do: 'write', browser: 1, count: 3 },
  { do: 'poll', node: 0 },
]

/** A load that took too long gives its result after another was granted. */
const lateResult: Step[] = [
  { do: 'open', browser: 1, node: 0 },
  { do: 'acquire', key: 'outside' },
  { do: 'look', nth: 0 },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'pass', ms: 10_000 },
  { do: 'acquire', key: 'outside' },
  { do: 'commit', nth: 0 },
]

/** A load goes on over a failover to a replica that has its lease, but not the event that overtook it. */
const leaseOverFailover: Step[] = [
  { do: 'open', browser: 1, node: 0 },
  { do: 'acquire', key: 'outside' },
  { do: 'look', nth: 0 },
  { do: 'lag' },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'failOver' },
  { do: 'commit', nth: 0 },
]

/** A daemon takes an event off the bus before it knows the widget that shows its key. */
const unknownKey: Step[] = [
  { do: 'edit', hub: 'a', widget: '1', key: 'outside' },
  { do: 'index', daemon: 0 },
  { do: 'index', daemon: 1 },
  { do: 'edit', hub: 'a', widget: '1', key: 'spaced' },
  { do: 'learn', node: 0 },
  { do: 'learn', node: 0 },
  { do: 'open', browser: 1, node: 0 },
  { do: 'work', limit: 4 },
  { do: 'publish', key: 'spaced' },
  { do: 'publish', key: 'spaced' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'deliver', nth: 0, daemon: 1, how: 'ack' },
]

/** A widget is given a key whose version is below what its browser has been sent. */
const lowerVersion: Step[] = [
  { do: 'open', browser: 2, node: 0 },
  { do: 'work', limit: 4 },
  { do: 'open', browser: 1, node: 0 },
  { do: 'work', limit: 4 },
  { do: 'connect', browser: 1, node: 0 },
  { do: 'proceed', browser: 1 },
  { do: 'proceed', browser: 1 },
  { do: 'poll', node: 0 },
  { do: 'write', browser: 1, count: 3 },
  { do: 'edit', hub: 'a', widget: '0', key: 'log' },
  { do: 'learn', node: 0 },
  { do: 'proceed', browser: 1 },
  { do: 'proceed', browser: 1 },
  { do: 'write', browser: 1, count: 0 },
  { do: 'cut', browser: 1 },
  { do: 'connect', browser: 1, node: 0 },
  { do: 'proceed', browser: 1 },
  { do: 'proceed', browser: 1 },
]

/** What a read wants, a failure has put off and nobody watches is invalidated. */
const wantedRetry: Step[] = [
  { do: 'breakDown', key: 'log', retryAfter: 10_000 },
  { do: 'open', browser: 2, node: 0 },
  { do: 'edit', hub: 'b', widget: '1', key: 'outside' },
  { do: 'work', limit: 4 },
  { do: 'open', browser: 2, node: 0 },
  { do: 'publish', key: 'log' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
]

/** Met by chance only once in hundreds of histories, so played before all others. */
const examples: Step[][] = [
  ...[readAhead, lateResult, leaseOverFailover],
  ...[unknownKey, lowerVersion, wantedRetry],
]

test('in memory: whatever happens, nothing is stale in the end', (context) =>
  holds(context, { histories, stores: [memoryStore()], play, share: 0.4, examples }))

test('on Redis: the same, and both adapters answer alike at every step', (context) =>
  holds(context, { histories, stores: stores.map(lockstep), play, share: 0.25, examples }))

test('on Redis with replicas that lag and take over', (context) =>
  holds(context, { histories: historiesWithFailover, stores, play, share: 0.2, examples }))
