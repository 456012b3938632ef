import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Cache, CacheEntry, Pulse } from '../cache/cache.ts'
import { compareVersions, type Key, type Version } from '../cache/version.ts'
import { type Frames, type KeyState, keyState, openFrames } from './frame.ts'
import { fitsInline } from './widget-state.ts'

/** Milliseconds a watch lasts, and after which it is renewed. */
const INTEREST_TTL = 60_000
const RENEW_EVERY = 20_000
const CHUNK = 500

/** Told of changes of followed keys, in ascending order of version within one call. */
export interface KeyListener {
  /** `withData`: the data changed, or may have. */
  changed(key: Key, withData: boolean): void
  /** A batch of changes is complete. */
  settled(): void
  /** The feed began a new life: nothing sent before holds. */
  restarted(): void
}

export interface FollowedKeys {
  /** Up to here every change of a followed key is in its state. */
  position(): Version
  state(key: Key): KeyState | undefined
  /** Of these states. */
  readonly frames: Frames
  /**
   * The connect order: changes reach the listener from this call on; when it resolves, interest is
   * registered and the state read. One round of both per key and node, however many listeners share it.
   */
  attach(keys: readonly Key[], listener: KeyListener): Promise<void>
  detach(keys: readonly Key[], listener: KeyListener): void
  /** Newest offset the cache has given out. */
  top(): Promise<Version>
  readonly size: number
}

interface Followed {
  state: KeyState | undefined
  readonly listeners: Set<KeyListener>
  ready: Promise<void>
}

/** Tails the feed once for the whole process and keeps the newest state of every key somebody here looks at. */
export async function followKeys(options: {
  cache: Cache
  log: Logger
  signal: AbortSignal
  onPulse: (pulse: Pulse) => void
  /** In front of the addresses that frames hold. */
  basePath?: string
}): Promise<FollowedKeys> {
  const { cache, log, signal, onPulse, basePath } = options
  const followed = new Map<Key, Followed>()
  const pause = (ms: number) => setTimeout(ms, undefined, { signal }).catch(() => {})
  let position = (await cache.read([])).cursor

  const touched = new Set<KeyListener>()

  function apply(entry: CacheEntry, changed: boolean): void {
    const known = followed.get(entry.key)
    if (!known) return
    const { state } = known
    // What only travels by `href` is not kept.
    const carried = entry.data !== undefined && fitsInline(entry.data) ? entry.data : undefined
    const { version, dataOffset } = entry
    const order = state ? compareVersions(version, state.version) : 1
    // The tail may have been first with a change that carries no data: the read then only completes it.
    if (state && order === 0 && state.data === undefined && carried !== undefined)
      known.state = { ...state, data: carried, frames: undefined }
    if (order <= 0) return
    const sameData = !changed && state?.version.epoch === version.epoch && state.dataOffset === dataOffset
    known.state = keyState(entry, sameData ? state.data : carried)
    for (const listener of known.listeners) {
      listener.changed(entry.key, !sameData)
      touched.add(listener)
    }
  }

  function settled(): void {
    for (const listener of touched) listener.settled()
    touched.clear()
  }

  /** Registers interest, then reads: an invalidation after the first step is eager, one before shows in the second. */
  async function readInOrder(keys: readonly Key[]): Promise<void> {
    for (let from = 0; from < keys.length; from += CHUNK) {
      const some = keys.slice(from, from + CHUNK)
      await cache.interest(some, INTEREST_TTL)
      const { entries } = await cache.read(some)
      for (const entry of entries) apply(entry, false)
    }
  }

  async function renew(): Promise<void> {
    const keys = [...followed.keys()]
    for (let from = 0; from < keys.length; from += CHUNK) {
      const { entries, lapsed } = await cache.interest(keys.slice(from, from + CHUNK), INTEREST_TTL)
      const missed = new Set<Key>(lapsed)
      for (const entry of entries) {
        const state = followed.get(entry.key)?.state
        // A change the tail has yet to bring is read early, which is harmless.
        if (state && compareVersions(entry.version, state.version) > 0) missed.add(entry.key)
      }
      if (missed.size > 0) {
        for (const entry of (await cache.read([...missed])).entries) apply(entry, false)
        settled()
      }
    }
  }

  async function keepInterest(): Promise<void> {
    while (!signal.aborted) {
      await pause(RENEW_EVERY)
      for (let delay = 250; !signal.aborted; delay = Math.min(delay * 2, 2_000)) {
        try {
          await renew()
          break
        } catch (error) {
          log.warn({ err: error }, 'interest could not be renewed')
          await pause(delay)
        }
      }
    }
  }

  async function reread(): Promise<void> {
    for (let delay = 250; !signal.aborted; delay = Math.min(delay * 2, 2_000)) {
      try {
        await readInOrder([...followed.keys()])
        return
      } catch (error) {
        log.warn({ err: error }, 'followed keys could not be read again')
        await pause(delay)
      }
    }
  }

  async function runTail(): Promise<void> {
    for await (const batch of cache.tail(position, signal)) {
      if (batch.kind === 'entries') {
        for (const item of batch.entries) {
          if (item.kind === 'pulse') onPulse(item.pulse)
          else apply(item.entry, item.changed)
          position = item.version
        }
        settled()
      } else if (batch.kind === 'gap') {
        await reread()
        position = batch.to
        settled()
      } else {
        position = { epoch: batch.epoch, offset: 0 }
        await reread()
        touched.clear()
        const told = new Set<KeyListener>()
        for (const { listeners } of followed.values()) for (const listener of listeners) told.add(listener)
        for (const listener of told) listener.restarted()
      }
    }
  }

  // Were it to reject, the process would end, which is right: without its tail a node can never be live again.
  void runTail()
  void keepInterest()

  function detach(unwanted: readonly Key[], listener: KeyListener): void {
    for (const key of unwanted) {
      const known = followed.get(key)
      if (!known) continue
      known.listeners.delete(listener)
      if (known.listeners.size === 0) followed.delete(key)
    }
  }

  return {
    frames: openFrames(basePath),
    position: () => position,
    state: (key) => followed.get(key)?.state,
    async attach(wanted, listener) {
      const fresh = wanted.filter((key) => !followed.has(key))
      const reading = fresh.length > 0 ? readInOrder(fresh) : Promise.resolve()
      const waits = new Set<Promise<void>>()
      for (const key of wanted) {
        let known = followed.get(key)
        if (!known) {
          known = { state: undefined, listeners: new Set(), ready: reading }
          followed.set(key, known)
        }
        known.listeners.add(listener)
        waits.add(known.ready)
      }
      try {
        await Promise.all(waits)
      } catch (error) {
        // Whoever asks next must try again rather than inherit the failure.
        for (const key of fresh) if (followed.get(key)?.ready === reading) followed.delete(key)
        detach(wanted, listener)
        throw error
      }
    },
    detach,
    top: async () => (await cache.read([])).cursor,
    get size() {
      return followed.size
    },
  }
}
