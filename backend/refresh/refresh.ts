import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { WidgetType } from '#widgets/define.ts'
import type { Cache, Granted, Invalidator, Mark } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import { untilDone } from '../ingest/until-done.ts'
import { LEASE, type Lease, openLeases } from './leases.ts'
import { type Load, type Loadable, type Loaded, load, type OpenContext } from './load.ts'
import { loadSlots } from './load-slots.ts'

/** Loads at a time in this process, and of one type. */
const LOADS = 64
const TYPE_LOADS = 16
/** Keys being leased, loaded or committed, and of one type: nearly all of a quick refresh is waiting for the cache. */
const LIMIT = 2_048
const TYPE_LIMIT = 1_024
/** Milliseconds a leased key may wait for its load to begin, before it is given back for any daemon to take. */
const PATIENCE = 1_000
/** Keys claimed at once. */
const CLAIM = 256
/** Claimed keys that may wait here, so that a type whose loads hang keeps no other from being claimed. */
const QUEUE = 512
/** Milliseconds a claimed key is hidden from other daemons while it waits for its turn here. */
const VISIBILITY = 10_000
/** Milliseconds between two looks at the dirty set when nothing wakes us. */
const POLL = 100
const RETRY_BASE = 2_000
const RETRY_CAP = 300_000
/** Milliseconds an upstream may ask for: its headers are whatever it likes to send. */
const LONGEST_RETRY_AFTER = 86_400_000
/** Milliseconds until a key that no placed widget has is looked at again. */
const UNPLACED_RETRY = 60_000

export interface RefreshCounts {
  loads: number
  changed: number
  /** Changes of types with `truth: 'time'` that no event announced. */
  unannounced: number
  failed: number
  lost: number
  running: number
}

export interface Refresh extends Invalidator {
  /** Keys have become due: look now. */
  poke(): void
  /**
   * Invalidates as the cache does. While no due key waits, the loads of keys this makes due begin in the same round trip,
   * as far as there is room for them; the others are claimed like any.
   */
  invalidate(marks: readonly Mark[]): Promise<{ readonly due: boolean }>
  /**
   * Runs a loader beside the due ones, with `now` as its time; its result is the caller's, and nothing is stored. Nothing
   * when there is no room for it at once, or `signal` is aborted. Never rejects.
   */
  loadBeside(loadable: Loadable, now: number): Promise<Loaded | undefined>
  readonly counts: Readonly<RefreshCounts>
  /** Resolves when `signal` is aborted and every load has ended, its lease given back. */
  readonly done: Promise<void>
}

/** Claims due keys, loads them and commits, until `signal` aborts. Any number of daemons share one dirty set. */
export function runRefresh(options: {
  cache: Cache
  /** What the key is for, if that is known. */
  find: (key: Key) => Loadable | undefined
  /** Reads up to date, after which `find` may know more. */
  catchUp?: () => Promise<void>
  /** Whether this process has the type and version the key is of; in a rolling upgrade some keys are of another's. */
  knows: (key: Key) => boolean
  openContext: OpenContext
  log: Logger
  signal: AbortSignal
}): Refresh {
  const { cache, find, catchUp, knows, openContext, log, signal } = options
  const counts: RefreshCounts = { loads: 0, changed: 0, unannounced: 0, failed: 0, lost: 0, running: 0 }
  const waiting = new Map<string, Set<Key>>()
  const byType = new Map<string, number>()
  const leases = openLeases(cache)
  const beside = new Set<Load>()
  const slots = loadSlots({ all: LOADS, each: TYPE_LOADS })
  /** Every token of this process begins with it, and no two are the same. */
  const name = randomUUID()
  let tokens = 0
  let queued = 0
  /** What `done` waits for: keys being refreshed, and invalidations for which keys are reserved. */
  let underWay = 0
  let allEnded = () => {}
  /** Keys being refreshed, and those reserved for an invalidation under way. */
  let taken = 0
  /** The last claim found fewer keys than it could have taken. */
  let drained = false
  let wake: (() => void) | undefined
  let poked = false

  function poke(): void {
    poked = true
    wake?.()
  }

  /** Until something pokes, or `ms` have passed. */
  function idle(ms: number): Promise<void> {
    if (poked || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms)
      function done(): void {
        clearTimeout(timer)
        wake = undefined
        resolve()
      }
      wake = done
    })
  }

  async function claimLoop(): Promise<void> {
    let delay = POLL
    while (!signal.aborted) {
      poked = false
      try {
        const room = Math.min(CLAIM, LIMIT - taken, QUEUE - queued)
        const { keys, nextIn } =
          room > 0 ? await cache.claim(room, VISIBILITY) : { keys: [], nextIn: undefined }
        drained = keys.length < room
        for (const key of keys) enqueue(key)
        startWaiting()
        delay = POLL
        // Beyond that more is claimed only now and then, for other daemons may have room.
        if (keys.length === room && room > 0 && queued < LOADS) continue
        await idle(Math.max(1, Math.min(POLL, nextIn ?? POLL)))
      } catch (error) {
        delay = Math.min(delay * 2, 2_000)
        log.warn({ err: error }, 'due keys could not be claimed')
        poked = false
        await idle(delay)
      }
    }
    for (const keys of waiting.values()) keys.clear()
    // An invalidation under way may yet be granted leases, which are given back.
    if (underWay > 0) await new Promise<void>((resolve) => (allEnded = resolve))
    leases.close()
  }

  function enqueue(key: Key): void {
    const type = typeOf(key)
    const keys = waiting.get(type) ?? new Set()
    // One that waits longer than its claim hides it is claimed again.
    if (keys.has(key)) return
    waiting.set(type, keys.add(key))
    queued++
  }

  function startWaiting(): void {
    for (const [type, keys] of waiting) {
      for (const key of keys) {
        if (!hasRoom(type)) break
        keys.delete(key)
        queued--
        take(type)
        start(type, key, refreshKey(type, key))
      }
    }
  }

  function hasRoom(type: string): boolean {
    const most = Math.min(TYPE_LIMIT, slots.within(type, PATIENCE / 2))
    return taken < LIMIT && (byType.get(type) ?? 0) < most && slots.free(type)
  }

  function take(type: string): void {
    taken++
    byType.set(type, (byType.get(type) ?? 0) + 1)
  }

  function giveBack(type: string): void {
    taken--
    byType.set(type, (byType.get(type) ?? 1) - 1)
  }

  function start(type: string, key: Key, refreshing: Promise<void>): void {
    underWay++
    void refreshing
      .catch((error: unknown) =>
        log.warn({ err: error, key }, 'a refresh was given up; its key becomes due again'),
      )
      .then(() => {
        giveBack(type)
        startWaiting()
        if (!drained && queued < LOADS / 2) poke()
      })
      .finally(endOne)
  }

  function endOne(): void {
    underWay--
    if (underWay === 0) allEnded()
  }

  /** Room for the keys that may be loaded before any other. */
  function reserve(keys: readonly { readonly key: Key }[]): Map<Key, Loadable> {
    const reserved = new Map<Key, Loadable>()
    if (!drained || poked || queued > 0 || signal.aborted) return reserved
    for (const { key } of keys) {
      const type = typeOf(key)
      const loadable = !reserved.has(key) && hasRoom(type) && knows(key) ? find(key) : undefined
      if (!loadable) continue
      take(type)
      reserved.set(key, loadable)
    }
    return reserved
  }

  async function invalidate(marks: readonly Mark[]): Promise<{ due: boolean }> {
    const reserved = reserve(marks)
    if (reserved.size === 0) return cache.invalidate(marks)
    const token = newToken()
    const minIntervals = new Map([...reserved].map(([key, { type }]) => [key, minIntervalOf(type)]))
    const answer = cache.invalidate(marks, { token, ttl: LEASE, minIntervals })
    const begun = answer.then(
      ({ granted }) => begin(reserved, token, granted),
      () => giveUp([...reserved.keys()], token),
    )
    underWay++
    void begun.finally(endOne)
    return answer
  }

  function begin(
    reserved: ReadonlyMap<Key, Loadable>,
    token: string,
    granted: ReadonlyMap<Key, Granted>,
  ): void {
    for (const [key, loadable] of reserved) {
      const type = typeOf(key)
      const grant = granted.get(key)
      if (grant) start(type, key, refreshLeased(type, loadable, token, grant))
      else giveBack(type)
    }
    startWaiting()
  }

  /** The answer was lost, and with it what may have been leased. */
  async function giveUp(keys: readonly Key[], token: string): Promise<void> {
    for (const key of keys) giveBack(typeOf(key))
    const release = () => Promise.all(keys.map((key) => cache.release(key, token)))
    await untilDone(release, { signal, onFailure: () => {} }).catch(() => {})
  }

  const newToken = () => `${name}-${tokens++}`

  async function refreshKey(type: string, key: Key): Promise<void> {
    if (!find(key)) await catchUp?.()
    const loadable = find(key)
    // Left to the processes that can load it; taken below only to be dropped when nobody looks at it any more.
    if (!knows(key) && (await cache.read([key])).entries[0]?.building) return
    const token = newToken()
    const grant = await cache.acquire(key, token, LEASE, loadable ? minIntervalOf(loadable.type) : 0)
    if (grant.outcome !== 'granted') return
    if (!loadable) {
      const error = {
        code: 'refused' as const,
        message: 'It was on no page, and has not been loaded since.',
        reference: '',
      }
      return cache.fail(key, token, error, UNPLACED_RETRY)
    }
    await refreshLeased(type, loadable, token, grant)
  }

  async function refreshLeased(
    type: string,
    loadable: Loadable,
    token: string,
    grant: Granted,
  ): Promise<void> {
    const { key } = loadable
    if (signal.aborted) return cache.release(key, token)
    const lease = leases.hold(key, token)
    try {
      const loaded = await loadInTurn(type, lease, { loadable, now: grant.now, openContext })
      if (!loaded || (signal.aborted && loaded.kind === 'failure')) return await cache.release(key, token)
      if (loaded.kind === 'result') {
        const outcome = await cache.commit(key, token, loaded.result)
        if (outcome === 'lost') counts.lost++
        else if (loaded.result.hash !== grant.previousHash) {
          counts.changed++
          if (grant.byClock && loadable.type.definition.truth !== 'events') counts.unannounced++
        }
        if (outcome === 'stale') poke()
      } else {
        const { code, reference } = loaded.error
        log.warn({ err: loaded.thrown, reference, key, type, code }, 'a load failed')
        counts.failed++
        await cache.fail(key, token, loaded.error, retryIn(grant.failures, loaded.retryAfter))
      }
    } finally {
      leases.drop(lease)
    }
  }

  /** Nothing when its turn did not come before the lease was lost, we were told to stop, or it had waited too long. */
  async function loadInTurn(
    type: string,
    lease: Lease,
    given: Parameters<typeof load>[0],
  ): Promise<Loaded | undefined> {
    const release = await slots.take(type, PATIENCE)
    if (!release) return undefined
    counts.running++
    let loaded: Loaded | undefined
    try {
      if (lease.lost || signal.aborted) return undefined
      counts.loads++
      lease.load = load(given)
      loaded = await lease.load.loaded
      return loaded
    } finally {
      counts.running--
      release(loaded?.kind !== 'result')
      startWaiting()
    }
  }

  async function loadBeside(loadable: Loadable, now: number): Promise<Loaded | undefined> {
    const release = await slots.take(loadable.type.definition.type, 0)
    if (!release || signal.aborted) {
      release?.()
      return undefined
    }
    const running = load({ loadable, now, openContext })
    beside.add(running)
    const loaded = await running.loaded
    beside.delete(running)
    release(loaded.kind !== 'result')
    startWaiting()
    return loaded
  }

  async function followWakes(): Promise<void> {
    for await (const _ of cache.wakes(signal)) poke()
  }

  const stop = () => {
    wake?.()
    leases.giveUp()
    for (const load of beside) load.giveUp()
  }
  signal.addEventListener('abort', stop, { once: true })
  void followWakes().catch((error: unknown) => log.error({ err: error }, 'wakes ended; due keys are polled'))
  return { poke, invalidate, loadBeside, counts, done: claimLoop() }
}

/** A key's type is its first part, which is all the limits need. */
const typeOf = (key: Key): string => key.slice(0, key.indexOf('@'))

const minIntervalOf = ({ definition }: WidgetType): number => definition.minInterval ?? 0

/** Exponential backoff with full jitter (Brooker, “Exponential Backoff and Jitter”, 2015), never below what upstream asked, up to a day. */
export function retryIn(failures: number, retryAfter: number | undefined): number {
  const ceiling = Math.min(RETRY_CAP, RETRY_BASE * 2 ** Math.min(failures, 20))
  const asked = Math.min(retryAfter || 0, LONGEST_RETRY_AFTER)
  return Math.round(Math.max(asked, ceiling * (0.5 + Math.random() * 0.5)))
}
