import { atRedis, type Fault, lasting } from './scene.ts'

/** A page hears a beat every 20 s and gives a silent line a quarter longer. */
const SILENCE = 30_000

export const streamFaults: readonly Fault[] = [
  {
    name: 'a front killed and restarted',
    async happen({ fronts: [front] }) {
      await front?.product.kill()
      await front?.product.restart()
    },
  },
  {
    name: 'every stream dropped at once',
    async happen({ proxy }) {
      await proxy.cut()
      await lasting(1_000)
      await proxy.restore()
    },
  },
  {
    name: 'the feed trimmed past a stopped front',
    honestWithin: SILENCE,
    async happen({ fronts: [front], stores }) {
      const pid = front?.product.pid ?? 0
      process.kill(pid, 'SIGSTOP')
      await lasting(4_000)
      await atRedis(stores.redis.port, async (redis) => {
        for (const feed of await redis.keys('*:feed:*')) await redis.xtrim(feed, 'MAXLEN', 1)
      })
      process.kill(pid, 'SIGCONT')
    },
  },
  {
    name: 'the network between pages and Hubs silent for 6 s',
    honestWithin: SILENCE,
    async happen({ proxy }) {
      proxy.silence()
      await lasting(6_000)
      await proxy.restore()
    },
  },
]
