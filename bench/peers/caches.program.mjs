import { createKeyv } from '@keyv/redis'
import { createCache as createDedupe } from 'async-cache-dedupe'
import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis'
import { createCache } from 'cache-manager'
import { Redis } from 'ioredis'
import { answer } from '../verbs.ts'

const MINUTE = 60_000
let read
let invalidate

/** Each as its own documentation sets it up for several processes on one Redis. */
const kinds = {
  bentocache(redis, load) {
    const { hostname: host, port } = new URL(redis)
    const connection = { host, port: Number(port) }
    const store = bentostore()
      .useL1Layer(memoryDriver({}))
      .useL2Layer(redisDriver({ connection }))
      .useBus(redisBusDriver({ connection }))
    const cache = new BentoCache({ default: 'both', stores: { both: store } })
    read = (key) => cache.getOrSet({ key, factory: () => load(key), ttl: MINUTE })
    invalidate = (key) => cache.delete({ key })
  },
  'cache-manager'(redis, load) {
    const cache = createCache({ stores: [createKeyv(redis)] })
    read = (key) => cache.wrap(key, () => load(key), MINUTE)
    invalidate = (key) => cache.del(key)
  },
  'async-cache-dedupe'(redis, load) {
    const storage = { type: 'redis', options: { client: new Redis(redis) } }
    const cache = createDedupe({ ttl: MINUTE / 1_000, storage }).define('load', load)
    read = (key) => cache.load(key)
    invalidate = (key) => cache.clear('load', key)
  },
}

answer({
  async open({ kind, redis, truth }) {
    kinds[kind](redis, async (key) => (await fetch(`${truth}${key}`)).json())
    // Connected, and its code compiled.
    await read('warm')
    await invalidate('warm')
  },
  read: (key) => read(key),
  async invalidate(key) {
    await invalidate(key)
  },
  /** So many readers at once. */
  async crowd({ key, readers }) {
    await Promise.all(Array.from({ length: readers }, () => read(key)))
  },
})
