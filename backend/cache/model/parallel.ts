import fc from 'fast-check'
import { Redis } from 'ioredis'
import { until } from '#testing/servers/until.ts'
import type { Cache } from '../cache.ts'
import { redisCache } from '../redis-cache.ts'
import { compareVersions, type Key } from '../version.ts'
import { createFollower } from './follower.ts'
import { createObserver, type ObservedLease } from './observer.ts'
import { START } from './store.ts'
import { countOf, createWorld, spacing } from './world.ts'

const keys = ['outside', 'spaced', 'log'] as const
const CLIENTS = 4
const LEASE = 10_000
const WATCH = 3_600_000

const key = fc.constantFrom<Key>(...keys)
const program = <Do extends string, Fields extends object>(
  weight: number,
  name: Do,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
) => ({ weight, arbitrary: fc.record(fields).map((values) => ({ do: name, ...(values as Fields) })) })

const nth = fc.nat(5)
/** What one client does, step after step, while others do theirs. */
const programs = fc.oneof(
  program(6, 'publish', { key }),
  program(6, 'load', { key, slow: fc.boolean() }),
  program(4, 'work', { limit: fc.integer({ min: 1, max: 3 }) }),
  program(3, 'acquire', { key }),
  program(3, 'commit', { nth }),
  program(1, 'fail', { nth }),
  program(1, 'release', { nth }),
  program(1, 'extend', { nth }),
  program(4, 'read', { want: fc.boolean() }),
  program(1, 'watch', {}),
  program(1, 'pulse', { nth }),
)
const round = fc.record({
  programs: fc.array(programs, { minLength: 2, maxLength: 8, size: 'max' }),
  /** Milliseconds that pass before it. */
  pass: fc.constantFrom(0, 0, 0, 300, 2000, 10_000),
  /** All is lost, before it or in its midst. */
  flush: fc.oneof(
    { weight: 30, arbitrary: fc.constant('no' as const) },
    fc.constantFrom('before' as const, 'amid' as const),
  ),
})

/** Rounds in which several clients run at once on connections of their own; between two of them nothing is under way. */
export const rounds = fc.array(round, { minLength: 1, maxLength: 12, size: 'max' })
type Round = Parameters<Parameters<(typeof rounds)['map']>[0]>[0][number]
type Program = Round['programs'][number]

/** A lease with what its load found. */
interface Load {
  readonly held: ObservedLease
  readonly data: string
  readonly dueAt: number
}

/** Clients of one server, each with a connection of its own, and what only the server's owner can do to it. */
export interface Clients {
  readonly caches: readonly Cache[]
  now(): number
  advance(ms: number): Promise<void>
  flush(): Promise<void>
  close(): Promise<void>
}

/** Its scripts must have been made to read the clock from `{model}:clock`. */
export async function openClients(url: string): Promise<Clients> {
  const prefix = '{model}'
  const admin = new Redis(url)
  let now = START
  await admin.set(`${prefix}:clock`, now)
  const caches = await Promise.all(Array.from({ length: CLIENTS }, () => redisCache({ url, prefix })))
  return {
    caches,
    now: () => now,
    async advance(ms) {
      now += ms
      await admin.set(`${prefix}:clock`, now)
    },
    async flush() {
      await admin.multi().flushdb().set(`${prefix}:clock`, now).exec()
    },
    async close() {
      admin.disconnect()
      await Promise.all(caches.map((cache) => cache.close()))
    },
  }
}

/** Plays rounds and checks what holds in whatever order the server took the steps; then what must stand in the end. */
export async function playRounds(clients: Clients, history: readonly Round[]): Promise<void> {
  await clients.flush()
  await clients.advance(1_000_000)
  const run = await createRun(clients)
  try {
    for (const next of history) await run.round(next)
    await run.settle()
  } finally {
    await run.end()
  }
}

async function createRun(clients: Clients) {
  const world = createWorld()
  const observer = createObserver()
  const open: Load[] = []
  const stop = new AbortController()
  const [one, ...others] = clients.caches as [Cache, ...Cache[]]
  const start = (await one.interest(keys, WATCH)).cursor
  const followers = others.slice(0, 2).map((cache) => createFollower(cache, keys, start, stop.signal))
  let leaseCount = 0
  let events = 0

  async function publish(cache: Cache, key: Key): Promise<void> {
    world.write(key)
    for (const event of world.bus.splice(0)) world.log(event)
    events += 1
    const answered = observer.invalidating(key, countOf(world.truth(key, 0).data))
    await cache.invalidate([{ key, cause: { id: `e${events}`, topic: 'changed' } }])
    answered()
  }

  async function begin(cache: Cache, key: Key): Promise<Load | undefined> {
    leaseCount += 1
    const lease = `t${leaseCount}`
    const answered = observer.acquiring(key)
    const grant = await cache.acquire(key, lease, LEASE, spacing[key] ?? 0)
    if (grant.outcome !== 'granted') return undefined
    return { held: answered(lease, grant.now, LEASE), ...world.truth(key, grant.now) }
  }

  async function commit(cache: Cache, { held, data, dueAt }: Load): Promise<void> {
    const answered = observer.committing(held)
    const result = { data, hash: data, empty: countOf(data) === 0, dueAt }
    answered(await cache.commit(held.key, held.lease, result), dueAt)
  }

  async function extend(cache: Cache, { held }: Load): Promise<void> {
    const until = clients.now() + LEASE
    observer.extended(held, await cache.extend(held.key, held.lease, LEASE), until)
  }

  async function load(cache: Cache, key: Key, slow: boolean): Promise<void> {
    const loaded = await begin(cache, key)
    if (loaded && slow) await extend(cache, loaded)
    if (loaded) await commit(cache, loaded)
  }

  async function work(cache: Cache, limit: number): Promise<number> {
    const { keys: claimed } = await cache.claim(limit, LEASE)
    await Promise.all(claimed.map((each) => load(cache, each, false)))
    return claimed.length
  }

  async function read(cache: Cache, want: boolean): Promise<void> {
    const answered = observer.reading()
    answered(await cache.read(keys, { want }))
  }

  const take = (nth: number) => open.splice(nth % Math.max(1, open.length), 1)[0]

  async function perform(cache: Cache, next: Program): Promise<unknown> {
    switch (next.do) {
      case 'publish':
        return publish(cache, next.key)
      case 'load':
        return load(cache, next.key, next.slow)
      case 'work':
        return work(cache, next.limit)
      case 'read':
        return read(cache, next.want)
      case 'watch':
        return cache.interest(keys, WATCH)
      case 'pulse':
        return cache.pulse(`p${next.nth}`, clients.now(), 2000)
      case 'acquire': {
        const loaded = await begin(cache, next.key)
        return loaded && open.push(loaded)
      }
      case 'commit': {
        const loaded = take(next.nth)
        return loaded && commit(cache, loaded)
      }
      case 'fail': {
        const held = take(next.nth)?.held
        if (!held) return
        const answered = observer.failing(held)
        await cache.fail(held.key, held.lease, { code: 'upstream', message: 'No.', reference: 'r' }, 1000)
        return answered()
      }
      case 'release': {
        const held = take(next.nth)?.held
        if (!held) return
        const answered = observer.releasing(held)
        await cache.release(held.key, held.lease)
        return answered()
      }
      case 'extend': {
        const loaded = take(next.nth)
        if (!loaded) return
        await extend(cache, loaded)
        return open.push(loaded)
      }
    }
  }

  async function flush(): Promise<void> {
    const answered = observer.flushing()
    await clients.flush()
    answered()
  }

  async function round({ programs, pass, flush: when }: Round): Promise<void> {
    if (pass > 0) await clients.advance(pass)
    observer.calm(clients.now())
    if (when === 'before') await flush()
    const ends = await Promise.allSettled([
      ...programs.map((next, n) => perform(clients.caches[n % CLIENTS] as Cache, next)),
      ...(when === 'amid' ? [flush()] : []),
    ])
    for (const end of ends) if (end.status === 'rejected') throw end.reason
    const epochs = await Promise.all(clients.caches.map(async (cache) => (await cache.read([])).cursor.epoch))
    if (new Set(epochs).size > 1) throw new Error(`I5: clients are in the epochs ${epochs}`)
    await read(one, false)
  }

  /** All clients work while leases, retries and distances run out. */
  async function drain(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      if (turn > 0) await clients.advance(4000)
      observer.calm(clients.now())
      for (let passes = 0; ; passes++) {
        const claimed = await Promise.all(clients.caches.map((cache) => work(cache, keys.length)))
        if (claimed.every((count) => count === 0)) break
        if (passes === 20) throw new Error('I6: Workers spin: keys stay due')
      }
    }
    for (const { key, building } of (await one.read(keys)).entries)
      if (building) throw new Error(`I6: ${key}: waited for, not fresh, and not due`)
  }

  async function settle(): Promise<void> {
    await Promise.all(open.splice(0).map((loaded, n) => commit(clients.caches[n % CLIENTS] as Cache, loaded)))
    // Before interest is renewed, which would make forgotten keys due again.
    await drain()
    await one.interest(keys, WATCH)
    await drain()
    await checkEnd()
  }

  async function checkEnd(): Promise<void> {
    const { cursor, entries } = await one.read(keys)
    for (const { key, fresh, data } of entries) {
      const truth = world.truth(key, 0).data
      if (!fresh) throw new Error(`I6: ${key}: watched, not fresh, and not due`)
      if (data !== truth) throw new Error(`I1: ${key}: fresh with ${data}, the source has ${truth}`)
    }
    for (const follower of followers) {
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
  }

  return {
    round,
    settle,
    async end() {
      stop.abort()
      await Promise.all(followers.map(({ done }) => done))
    },
  }
}
