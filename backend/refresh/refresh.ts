import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { WidgetType } from '#widgets/define.ts'
import { retry } from '../base/retry.ts'
import type { Cache, Granted, Invalidation, Invalidator } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import { type Lane, type Limits, openAdmission, type Stay } from './admission.ts'
import { LEASE, type Lease, openLeases } from './leases.ts'
import { type Loadable, type Loaded, load, type OpenContext, type RunningLoad } from './load.ts'
import { openLoadQueue, type QueuedKey } from './load-queue.ts'
import { afterLost } from './lost-leases.ts'
import { openSilence } from './silence.ts'

/** Loads at a time in this process; nearly all of a quick refresh is waiting for the cache, so of keys there are more. */
const LIMITS: Limits = {
  all: 96,
  type: 32,
  source: { answers: 8, unheard: 2, silent: 1 },
  unheard: 8,
  silent: 4,
  keys: { all: 2_048, type: 1_024 },
}
/** Milliseconds a leased key may wait for its load to begin, before it is given back for any daemon to take. */
const PATIENCE = 1_000
/** Keys claimed at once. */
const CLAIM = 256
/** Claimed keys that may wait here, and beyond which no more are claimed at once, for other daemons may have room. */
const QUEUE = 512
const ENOUGH = 64
/** Milliseconds a claimed key is hidden from other daemons while it waits for its turn here. */
const VISIBILITY = 10_000
/** Milliseconds until a claimed key that there is no room for is due again, and one whose source is silent. */
const NO_ROOM = 1_000
const SILENT = 5_000
/** Milliseconds between the moments at which they are, so that thousands do not cost a claim each. */
const TOGETHER = 250
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
  /** Keys that wait for room to be loaded here. */
  waiting: number
  /** Sources that do not answer. */
  silent: number
}

export interface Refresh extends Invalidator {
  /** Keys have become due: look now. */
  poke(): void
  /**
   * Invalidates as the cache does. While no due key waits, the loads of keys this makes due begin in the same round trip,
   * as far as there is room for them; the others are claimed like any.
   */
  invalidate(marks: readonly Invalidation[]): Promise<{ readonly due: boolean }>
  /**
   * Runs a loader beside the due ones, with `now` as its time; its result is the caller's, and nothing is stored. Nothing
   * when there is no room for it at once, or `signal` is aborted. Never rejects.
   */
  loadBeside(loadable: Loadable, now: number): Promise<Loaded | undefined>
  readonly counts: Readonly<RefreshCounts>
  /** Resolves when `signal` is aborted and every load has ended, its lease given back. */
  readonly done: Promise<void>
}

/** A key that is loaded first if an invalidation leases it. */
interface Reserved {
  readonly loadable: Loadable
  readonly stay: Stay
}

interface Leased extends Reserved {
  readonly token: string
  readonly grant: Granted
  readonly urgent: boolean
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
  /** What a load asks first, if anything outside. */
  sourceOf: (loadable: Loadable) => string | undefined
  openContext: OpenContext
  /** Told of each load how it ended and how many milliseconds it took. */
  onEnd?: (type: string, outcome: 'result' | 'failure' | 'cut off', ms: number) => void
  log: Logger
  signal: AbortSignal
}): Refresh {
  const { cache, find, catchUp, knows, sourceOf, openContext, onEnd, log, signal } = options
  const leases = openLeases(cache)
  const beside = new Set<RunningLoad>()
  /** Every token of this process begins with it, and no two are the same. */
  const name = randomUUID()
  let tokens = 0
  const newToken = () => `${name}-${tokens++}`
  const silence = openSilence({ cache, newToken, log, began: beginOne })
  const admission = openAdmission(LIMITS, silence.standing)
  const queue = openLoadQueue(admission)
  const counts = {
    ...{ loads: 0, changed: 0, unannounced: 0, failed: 0, lost: 0, running: 0 },
    get waiting() {
      return queue.size
    },
    get silent() {
      return silence.silent
    },
  }
  /** What `done` waits for: keys being refreshed or told of, and invalidations for which keys are reserved. */
  let underWay = 0
  let allEnded = () => {}
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
        const room = Math.min(CLAIM, LIMITS.keys.all - admission.keys, QUEUE - queue.held)
        const claimed = room > 0 ? await cache.claim(room, VISIBILITY) : undefined
        const found = claimed?.keys.length ?? 0
        drained = found < room
        if (claimed) await receive(claimed.keys, claimed.urgent)
        delay = POLL
        // Beyond that more is claimed only now and then.
        if (found === room && room > 0 && queue.held < ENOUGH) continue
        await idle(Math.max(1, Math.min(POLL, claimed?.nextIn ?? POLL)))
      } catch (error) {
        delay = Math.min(delay * 2, 2_000)
        log.warn({ err: error }, 'due keys could not be claimed')
        poked = false
        await idle(delay)
      }
    }
    queue.clear()
    // An invalidation under way may yet be granted leases, which are given back.
    if (underWay > 0) await new Promise<void>((resolve) => (allEnded = resolve))
    leases.close()
  }

  const laneOf = (type: string, loadable: Loadable | undefined): Lane => ({
    type,
    source: loadable && sourceOf(loadable),
  })

  /** Begins or keeps what there will soon be room for and gives the rest back, so that it hides nothing behind it. */
  async function receive(keys: readonly Key[], urgent: number): Promise<void> {
    const noRoom: Key[] = []
    const silent: Key[] = []
    for (const [n, key] of keys.entries()) {
      const loadable = find(key)
      const lane = laneOf(typeOf(key), loadable)
      if (loadable && lane.source !== undefined && !isTried(lane))
        (silence.tell(loadable, lane.source) ? silent : noRoom).push(key)
      else if (!queue.add({ key, lane, hub: loadable?.hub ?? '' }, n < urgent)) noRoom.push(key)
    }
    startWaiting()
    const together = TOGETHER - (Date.now() % TOGETHER)
    await Promise.all([cache.unclaim(noRoom, NO_ROOM + together), cache.unclaim(silent, SILENT + together)])
  }

  /** Of a silent source, the one load that is tried. */
  function isTried(lane: Lane): boolean {
    if (silence.standing(lane.source) !== 'silent') return true
    return admission.admits(lane) && !queue.waits(lane)
  }

  function startWaiting(): void {
    for (let turn = queue.next(admission.admits); turn; turn = queue.next(admission.admits)) {
      const stay = admission.enter(turn.lane)
      start(stay, turn.key, refreshKey(stay, turn))
    }
  }

  function start(stay: Stay, key: Key, refreshing: Promise<void>): void {
    beginOne()
    void refreshing
      .catch((error: unknown) =>
        log.warn({ err: error, key }, 'a refresh was given up; its key becomes due again'),
      )
      .then(() => {
        admission.leave(stay)
        startWaiting()
        if (!drained && queue.held < ENOUGH / 2) poke()
      })
      .finally(endOne)
  }

  /** Something `done` waits for; call what it gives once it has ended. */
  function beginOne(): () => void {
    underWay++
    return endOne
  }

  function endOne(): void {
    underWay--
    if (underWay === 0) allEnded()
  }

  /** Room for the keys that may be loaded before any other. */
  function reserve(keys: readonly { readonly key: Key }[]): Map<Key, Reserved> {
    const reserved = new Map<Key, Reserved>()
    if (!drained || poked || queue.held > 0 || signal.aborted) return reserved
    for (const { key } of keys) {
      const loadable = !reserved.has(key) && knows(key) ? find(key) : undefined
      if (!loadable) continue
      const lane = laneOf(typeOf(key), loadable)
      if (!queue.waits(lane) && admission.admits(lane))
        reserved.set(key, { loadable, stay: admission.enter(lane) })
    }
    return reserved
  }

  async function invalidate(marks: readonly Invalidation[]): Promise<{ due: boolean }> {
    const reserved = reserve(marks)
    if (reserved.size === 0) return cache.invalidate(marks)
    const token = newToken()
    const minIntervals = new Map(
      [...reserved].map(([key, { loadable }]) => [key, minIntervalOf(loadable.type)]),
    )
    const answer = cache.invalidate(marks, { lease: token, ttl: LEASE, minIntervals })
    const begun = answer.then(
      ({ granted }) => begin(reserved, token, granted),
      () => giveUp(reserved, token),
    )
    beginOne()
    void begun.finally(endOne)
    return answer
  }

  function begin(
    reserved: ReadonlyMap<Key, Reserved>,
    token: string,
    granted: ReadonlyMap<Key, Granted>,
  ): void {
    for (const [key, { loadable, stay }] of reserved) {
      const grant = granted.get(key)
      if (grant) start(stay, key, refreshLeased({ stay, loadable, token, grant, urgent: true }))
      else admission.leave(stay)
    }
    startWaiting()
  }

  /** The answer was lost, and with it what may have been leased. */
  async function giveUp(reserved: ReadonlyMap<Key, Reserved>, token: string): Promise<void> {
    for (const { stay } of reserved.values()) admission.leave(stay)
    const release = () => Promise.all([...reserved.keys()].map((key) => cache.release(key, token)))
    await retry(release, { signal, onFailure: () => {} }).catch(() => {})
  }

  async function refreshKey(stay: Stay, { key, urgent }: QueuedKey): Promise<void> {
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
    await refreshLeased({ stay, loadable, token, grant, urgent })
  }

  async function refreshLeased(granted: Leased): Promise<void> {
    const { stay, loadable, token, grant } = granted
    const { key } = loadable
    if (signal.aborted) return cache.release(key, token)
    const aside = afterLost(grant.lost)
    if (aside) {
      const { reference, message } = aside.error
      log.error({ key, reference, lost: grant.lost }, message)
      return cache.fail(key, token, aside.error, aside.retryIn)
    }
    const lease = leases.hold(key, token)
    try {
      const loaded = await loadInTurn(granted, lease)
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
        const { type, source } = stay.lane
        const { code, reference } = loaded.error
        log.warn({ err: loaded.thrown, reference, key, type, code }, 'a load failed')
        counts.failed++
        const told = silence.blame(source, loaded, grant.now) ?? {
          error: loaded.error,
          retryIn: retryIn(grant.failures, loaded.retryAfter),
        }
        await cache.fail(key, token, told.error, told.retryIn)
      }
    } finally {
      leases.drop(lease)
    }
  }

  /** Nothing when its turn did not come before the lease was lost, we were told to stop, or it had waited too long. */
  async function loadInTurn(
    { stay, loadable, grant, urgent }: Leased,
    lease: Lease,
  ): Promise<Loaded | undefined> {
    const release = await admission.begin(stay, PATIENCE, urgent)
    if (!release) return undefined
    counts.running++
    const began = performance.now()
    let loaded: Loaded | undefined
    try {
      if (lease.lost || signal.aborted) return undefined
      counts.loads++
      lease.load = load({ loadable, source: stay.lane.source, now: grant.now, openContext })
      loaded = await lease.load.loaded
      const { source } = stay.lane
      const heard = source !== undefined && !lease.lost && !signal.aborted
      if (heard && silence.hear(source, loaded, grant.now)) queue.drop(source)
      return loaded
    } finally {
      counts.running--
      release(loaded?.kind !== 'result')
      onEnd?.(stay.lane.type, loaded?.kind ?? 'cut off', performance.now() - began)
      startWaiting()
    }
  }

  async function loadBeside(loadable: Loadable, now: number): Promise<Loaded | undefined> {
    const lane = laneOf(loadable.type.definition.type, loadable)
    if (signal.aborted || !admission.admits(lane)) return undefined
    const stay = admission.enter(lane)
    // At once, for it was admitted.
    const release = await admission.begin(stay, 0)
    const running = load({ loadable, source: lane.source, now, openContext })
    beside.add(running)
    const loaded = await running.loaded
    beside.delete(running)
    release?.(loaded.kind !== 'result')
    admission.leave(stay)
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
