import { until } from '#testing/servers/until.ts'
import type { Cache, CacheEntry } from '../cache.ts'
import { compareVersions, type Version } from '../version.ts'
import { clientActs, WATCH } from './client-acts.ts'
import type { Clients } from './clients.ts'
import { createFollower, type Follower } from './follower.ts'
import { observedVerbs } from './observed-verbs.ts'
import { createObserver } from './observer.ts'
import { keys, type Round } from './rounds.ts'
import { createWorld } from './world.ts'

/** Plays rounds and checks what holds in whatever order the server took the steps; then what must stand in the end. */
export async function playRounds(clients: Clients, history: readonly Round[]): Promise<void> {
  await clients.flush()
  await clients.advance(1_000_000)
  const run = await createRun(clients)
  try {
    for (const next of history) await run.round(next)
    await run.quiesce()
  } finally {
    await run.end()
  }
}

async function createRun(clients: Clients) {
  const world = createWorld()
  const observer = createObserver()
  const verbs = observedVerbs({ world, observer, now: clients.now })
  const acts = clientActs(verbs, clients.now)
  const stop = new AbortController()
  const [one, ...others] = clients.caches as [Cache, ...Cache[]]
  const by = (n: number) => clients.caches[n % clients.caches.length] as Cache
  const start = (await one.interest(keys, WATCH)).cursor
  const followers = others.slice(0, 2).map((cache) => createFollower(cache, keys, start, stop.signal))

  async function flush(): Promise<void> {
    const answered = observer.flushing()
    await clients.flush()
    answered()
  }

  async function round({ acts: all, pass, flush: when }: Round): Promise<void> {
    if (pass > 0) await clients.advance(pass)
    observer.calm(clients.now())
    if (when === 'before') await flush()
    const ends = await Promise.allSettled([
      ...all.map((act, n) => acts.perform(by(n), act)),
      ...(when === 'amid' ? [flush()] : []),
    ])
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    const epochs = await Promise.all(clients.caches.map(async (cache) => (await cache.read([])).cursor.epoch))
    if (new Set(epochs).size > 1) throw new Error(`I5: clients are in the epochs ${epochs}`)
    await verbs.read(one, false)
  }

  /** All clients work while leases, retries and distances run out. */
  async function drain(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      if (turn > 0) await clients.advance(4000)
      observer.calm(clients.now())
      for (let passes = 0; ; passes++) {
        const claimed = await Promise.all(clients.caches.map((cache) => acts.work(cache, keys.length)))
        if (claimed.every((count) => count === 0)) break
        if (passes === 20) throw new Error('I6: Workers spin: keys stay due')
      }
    }
    for (const { key, building } of (await one.read(keys)).entries)
      if (building) throw new Error(`I6: ${key}: waited for, not fresh, and not due`)
  }

  async function checkEnd(): Promise<void> {
    const { cursor, entries } = await one.read(keys)
    for (const { key, fresh, data } of entries) {
      const truth = world.truth(key, 0).data
      if (!fresh) throw new Error(`I6: ${key}: watched, not fresh, and not due`)
      if (data !== truth) throw new Error(`I1: ${key}: fresh with ${data}, the source has ${truth}`)
    }
    for (const follower of followers) await checkFollower(follower, cursor, entries)
  }

  return {
    round,
    async quiesce() {
      await acts.commitOpen(by)
      // Before interest is renewed, which would make forgotten keys due again.
      await drain()
      await one.interest(keys, WATCH)
      await drain()
      await checkEnd()
    },
    async end() {
      stop.abort()
      await Promise.all(followers.map(({ done }) => done))
    },
  }
}

/** It comes to the end of the feed, and knows what the cache has. */
async function checkFollower(
  follower: Follower,
  cursor: Version,
  entries: readonly CacheEntry[],
): Promise<void> {
  await until(
    async () => compareVersions(follower.position(), cursor) >= 0,
    'I5: a tail does not come to the end of the feed',
  )
  for (const { key, version } of entries) {
    const known = follower.version(key)
    if (!known || compareVersions(known, version) !== 0)
      throw new Error(
        `I5: ${key}: a tail knows ${JSON.stringify(known)}, the cache has ${JSON.stringify(version)}`,
      )
  }
}
