import { afterAll, test } from 'vitest'
import { startRedis } from '#testing/servers/redis.ts'
import { FEED_LIMIT } from './cache.ts'
import { openClients } from './model/clients.ts'
import { playRounds } from './model/parallel.ts'
import { rounds } from './model/rounds.ts'
import { holds } from './model/runs.ts'
import { patchScripts, simulateClock } from './script/patch.ts'

simulateClock()
// A feed so short that tails meet its gaps.
patchScripts(`'MAXLEN', '~', ${FEED_LIMIT}`, `'MAXLEN', '=', 20`)

/** Most of their time tails wait. */
const LANES = 12
const server = await startRedis()
const clients = await Promise.all(Array.from({ length: LANES }, (_, n) => openClients(`${server.url}/${n}`)))
afterAll(async () => {
  await Promise.all(clients.map((each) => each.close()))
  await server.stop()
})

test('on Redis with clients at once: one lease at a time, nothing overtaken is fresh, no tail misses a change', (context) =>
  holds(context, { histories: rounds, stores: clients, play: playRounds, share: 0.14, chancy: true }))
