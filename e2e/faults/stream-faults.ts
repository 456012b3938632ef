import { atRedis, type Fault, lasting } from './scene.ts'

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
    name: 'the network between pages and Hubs silent until pages say paused',
    async happen({ proxy, watch }) {
      proxy.silence()
      await watch.untilPaused()
      await proxy.restore()
    },
  },
]
