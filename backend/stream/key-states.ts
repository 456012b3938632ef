import type { CacheEntry } from '../cache/cache.ts'
import { compareVersions, type Key } from '../cache/version.ts'
import { type KeyState, keyState } from './key-state.ts'
import { fitsInline } from './widget-state.ts'

/** Told of changes of followed keys, in ascending order of version within one call. */
export interface KeyListener {
  /** `withData`: the data changed, or may have. */
  changed(key: Key, withData: boolean): void
  /** A batch of changes is complete. */
  batchEnded(): void
  /** The feed began a new life: nothing sent before holds. */
  restarted(): void
}

/** The newest state of every key that somebody here follows, and who does. */
export interface KeyStates {
  readonly size: number
  keys(): readonly Key[]
  get(key: Key): KeyState | undefined
  /** Takes in an entry of a followed key, unless it is older than what is known. `changed`: it says that its data did. */
  apply(entry: CacheEntry, changed: boolean): void
  /** A batch of entries is complete: tells all who were told of one. */
  endBatch(): void
  /** Tells all who follow anything that a new epoch began. */
  restart(): void
  /**
   * The listener hears of changes of these keys from this call on. Resolves once each was read: `read` is given those
   * that nobody followed. Rejects as it does, and then follows none.
   */
  attach(
    keys: readonly Key[],
    listener: KeyListener,
    read: (keys: readonly Key[]) => Promise<void>,
  ): Promise<void>
  detach(keys: readonly Key[], listener: KeyListener): void
}

interface Followed {
  state: KeyState | undefined
  readonly listeners: Set<KeyListener>
  /** The reading that its first listener began. */
  readonly ready: Promise<void>
}

export function openKeyStates(): KeyStates {
  const followed = new Map<Key, Followed>()
  /** Told of a change, and not yet that the batch is complete. */
  const touched = new Set<KeyListener>()

  function detach(keys: readonly Key[], listener: KeyListener): void {
    for (const key of keys) {
      const known = followed.get(key)
      if (!known) continue
      known.listeners.delete(listener)
      if (known.listeners.size === 0) followed.delete(key)
    }
  }

  return {
    get size() {
      return followed.size
    },
    keys: () => [...followed.keys()],
    get: (key) => followed.get(key)?.state,
    apply(entry, changed) {
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
    },
    endBatch() {
      for (const listener of touched) listener.batchEnded()
      touched.clear()
    },
    restart() {
      touched.clear()
      const told = new Set<KeyListener>()
      for (const { listeners } of followed.values()) for (const listener of listeners) told.add(listener)
      for (const listener of told) listener.restarted()
    },
    async attach(keys, listener, read) {
      const fresh = keys.filter((key) => !followed.has(key))
      const reading = fresh.length > 0 ? read(fresh) : Promise.resolve()
      const waits = new Set<Promise<void>>()
      for (const key of keys) {
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
        detach(keys, listener)
        throw error
      }
    },
    detach,
  }
}
