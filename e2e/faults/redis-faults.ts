import { startRedis } from '#testing/servers/redis.ts'
import { openRelay } from '#testing/servers/relay.ts'
import { until } from '#testing/servers/until.ts'
import { atRedis, type Fault, HALF_OPEN, lasting } from './scene.ts'

export const redisFaults: readonly Fault[] = [
  {
    name: 'Redis restarted with its data',
    doubles: true,
    happen: ({ stores }) => stores.redis.restart(),
  },
  {
    name: 'Redis killed and restarted without its data',
    doubles: true,
    async happen({ stores }) {
      await stores.redis.kill()
      await lasting(2_000)
      await stores.redis.restart()
    },
  },
  {
    name: 'Redis emptied (FLUSHALL)',
    doubles: true,
    happen: ({ stores }) => atRedis(stores.redis.port, async (redis) => void (await redis.flushall())),
  },
  {
    name: 'a lagging replica of Redis promoted, and back again',
    doubles: true,
    async happen({ stores, members }) {
      const replica = await startRedis()
      const link = await openRelay({ host: '127.0.0.1', port: stores.redis.port })
      const follow = (port: number, leader: number) =>
        atRedis(port, async (redis) => {
          await redis.replicaof('127.0.0.1', leader)
          await until(async () => (await redis.info()).includes('master_link_status:up'), 'no replica')
        })
      async function promote(port: number): Promise<void> {
        await atRedis(port, async (redis) => void (await redis.replicaof('NO', 'ONE')))
        for (const { redis } of members) {
          await redis.cut()
          redis.point({ host: '127.0.0.1', port })
          await redis.listen()
        }
      }
      try {
        await follow(replica.port, link.port)
        link.pause()
        // What is written from here on is lost.
        await lasting(2_000)
        await stores.redis.kill()
        await promote(replica.port)
        await lasting(3_000)
        await stores.redis.restart()
        await follow(stores.redis.port, replica.port)
        await promote(stores.redis.port)
      } finally {
        await link.cut()
        await replica.stop()
      }
    },
  },
  {
    name: 'Redis away until pages say paused',
    long: true,
    doubles: true,
    async happen({ stores, watch }) {
      await stores.redis.kill()
      await watch.untilPaused()
      await stores.redis.restart()
    },
  },
  {
    name: 'Redis away for 3 min',
    doubles: true,
    long: true,
    async happen({ stores }) {
      await stores.redis.kill()
      await lasting(180_000)
      await stores.redis.restart()
    },
  },
  {
    name: 'connections of a daemon to Redis half open',
    doubles: true,
    async happen({ daemons: [daemon] }) {
      daemon?.redis.strand()
      await lasting(HALF_OPEN)
    },
  },
  {
    name: 'connections of a front to Redis half open',
    async happen({ fronts: [front] }) {
      front?.redis.strand()
      await lasting(HALF_OPEN)
    },
  },
]
