import { Redis } from 'ioredis'
import { locate, wanted } from '#testing/servers/locate.ts'
import { startRedis } from '#testing/servers/redis.ts'
import { openRelay } from '#testing/servers/relay.ts'
import { until } from '#testing/servers/until.ts'
import { redisCache } from '../redis-cache.ts'
import { feedAfter, type ModelStore, START } from './store.ts'

const HOST = '127.0.0.1'

/**
 * A store of two real servers, of which one follows the other. The cache is pointed at an address behind which they are
 * exchanged, and has to find out by itself that it came to another server.
 */
export async function pairStore(): Promise<ModelStore & { close(): Promise<void> }> {
  // From within a container the address behind which the other stands cannot be reached.
  if (locate(wanted.redis).kind === 'docker')
    throw new Error('A replica needs redis-server: install it (Debian: apt-get install redis-server).')
  const prefix = '{model}'
  const servers = [await startRedis(), await startRedis()] as const
  const admins = servers.map(({ url }) => new Redis(url)) as [Redis, Redis]
  for (const admin of admins) await admin.config('SET', 'repl-diskless-sync-delay', 0, 'hz', 100)
  let first: 0 | 1 = 0
  let now = START
  const second = () => (first === 0 ? 1 : 0)
  const address = (n: 0 | 1) => ({ host: HOST, port: servers[n].port })
  /** The way of the cache to the server, and of the replica to the one it follows. */
  const [front, behind] = [await openRelay(address(0)), await openRelay(address(0))]

  const setClock = () => admins[first].set(`${prefix}:clock`, now)
  await setClock()
  const cache = await redisCache({ url: `redis://${HOST}:${front.port}`, prefix })

  const said = async (n: 0 | 1, name: string) =>
    new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(await admins[n].info('replication'))?.[1]

  /** The second server has all that the first has. */
  async function follow(): Promise<void> {
    behind.resume()
    behind.point(address(first))
    if ((await said(second(), 'role')) !== 'slave') await admins[second()].replicaof(HOST, behind.port)
    await until(async () => {
      const [top, reached] = [
        await said(first, 'master_repl_offset'),
        await said(second(), 'slave_repl_offset'),
      ]
      return (await said(second(), 'master_link_status')) === 'up' && top === reached
    }, 'The replica does not follow')
  }

  async function leaveReplica(): Promise<void> {
    await admins[second()].replicaof('NO', 'ONE')
    await behind.cut()
    behind.resume()
    await behind.listen()
  }

  async function promote(): Promise<void> {
    await leaveReplica()
    first = second()
  }

  async function moved(): Promise<void> {
    await setClock()
    front.point(address(first))
    await front.cut()
    await front.listen()
    await until(
      () =>
        cache.read([]).then(
          () => true,
          () => false,
        ),
      'The cache does not come back',
    )
  }

  return {
    cache,
    now: () => now,
    async advance(ms) {
      now += ms
      await setClock()
    },
    leaveReplica,
    async flush() {
      await admins[first].multi().flushdb().set(`${prefix}:clock`, now).exec()
    },
    after: (from) => feedAfter(admins[first], prefix, cache, from),
    async lag() {
      await follow()
      behind.pause()
    },
    async failOver() {
      if ((await said(second(), 'role')) !== 'slave') return
      await promote()
      await moved()
    },
    async fallBack() {
      if ((await said(second(), 'role')) !== 'slave') return
      await promote()
      await follow()
      await promote()
      await moved()
    },
    async close() {
      for (const admin of admins) admin.disconnect()
      await cache.close()
      for (const relay of [front, behind]) await relay.cut()
      for (const server of servers) await server.stop()
    },
  }
}
