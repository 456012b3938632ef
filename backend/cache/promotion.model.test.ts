import { afterAll, test, vi } from 'vitest'
import { FEED_LIMIT } from './cache.ts'
import { historiesWithPromotion, type Step } from './model/history.ts'
import { pairStore } from './model/pair.ts'
import { play } from './model/play.ts'
import { holds } from './model/runs.ts'
import { patchScripts, simulateClock } from './script/patch.ts'

simulateClock()
// A feed so short that tails often meet its gaps.
patchScripts(`'MAXLEN', '~', ${FEED_LIMIT}`, `'MAXLEN', '=', 4`)

// Of a server that is given there is one.
vi.stubEnv('TEST_REDIS_URL', '')
const store = await pairStore()
afterAll(async () => {
  await store.close()
  vi.unstubAllEnvs()
})

/** A result, its load granted before and committed after, that the promoted server does not have. */
const behind = (move: Step): Step[] => [
  { do: 'open', browser: 1, node: 0 },
  { do: 'work', limit: 4 },
  { do: 'connect', browser: 1, node: 0 },
  { do: 'proceed', browser: 1 },
  { do: 'proceed', browser: 1 },
  { do: 'publish', key: 'outside' },
  { do: 'acquire', key: 'outside' },
  { do: 'look', nth: 0 },
  { do: 'lag' },
  { do: 'publish', key: 'outside' },
  { do: 'publish', key: 'outside' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'deliver', nth: 0, daemon: 0, how: 'ack' },
  { do: 'work', limit: 4 },
  { do: 'poll', node: 0 },
  { do: 'write', browser: 1, count: 3 },
  move,
  { do: 'commit', nth: 0 },
]

test('on two Redis servers of which the one that lags takes over', (context) =>
  holds(context, {
    histories: historiesWithPromotion,
    stores: [store],
    play,
    share: 0.01,
    examples: [behind({ do: 'failOver' }), behind({ do: 'fallBack' })],
  }))
