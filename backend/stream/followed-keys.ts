import type { Logger } from 'pino'
import { pause } from '../base/pause.ts'
import { retry } from '../base/retry.ts'
import { runAll, type Service } from '../base/service.ts'
import type { Cache, Pulse } from '../cache/cache.ts'
import type { Key, Version } from '../cache/version.ts'
import { RENEW_EVERY, renewInterest, watchAndRead } from './interest.ts'
import type { KeyState } from './key-state.ts'
import { type KeyListener, openKeyStates } from './key-states.ts'
import { openWidgetFrames, type WidgetFrames } from './widget-frames.ts'

/** Milliseconds between the first two tries while the cache is away. */
const FIRST = 250

/** What runs keeps the states up to date: without it they stand still. */
export interface FollowedKeys extends Service {
  /** Up to here every change of a followed key is in its state. */
  position(): Version
  state(key: Key): KeyState | undefined
  /** Frames made from these states. */
  readonly frames: WidgetFrames
  /**
   * Begins to follow keys in the one order that misses nothing: changes reach the listener from this call on, then
   * interest is registered, then the state is read. It resolves after that. However many listeners share a key, a
   * process registers and reads it once. Rejects with `CacheAway`, and then follows none.
   */
  attach(keys: readonly Key[], listener: KeyListener): Promise<void>
  detach(keys: readonly Key[], listener: KeyListener): void
  /** The newest version the cache has given out, to which `position` may not have come yet. */
  top(): Promise<Version>
  readonly size: number
}

/**
 * Tails the feed once for the whole process, from now on, and keeps the newest state of every key somebody here looks at.
 */
export async function followKeys(options: {
  cache: Cache
  log: Logger
  onPulse: (pulse: Pulse) => void
  /** In front of the addresses that frames hold. */
  basePath?: string
}): Promise<FollowedKeys> {
  const { cache, log, onPulse, basePath } = options
  const states = openKeyStates()
  const read = (keys: readonly Key[]) => watchAndRead(cache, states, keys)
  let position = (await cache.read([])).cursor

  /** Until it succeeds, or this process ends. */
  async function persist(signal: AbortSignal, work: () => Promise<void>, failed: string): Promise<void> {
    if (signal.aborted) return
    const onFailure = (error: unknown) => log.warn({ err: error }, failed)
    await retry(work, { signal, onFailure, first: FIRST }).catch(() => {})
  }

  async function keepInterest(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(RENEW_EVERY, signal)
      await persist(signal, () => renewInterest(cache, states), 'interest could not be renewed')
    }
  }

  const reread = (signal: AbortSignal) =>
    persist(signal, () => read(states.keys()), 'followed keys could not be read again')

  /** Were it to reject, the process would end, which is right: without its tail a node can never be live again. */
  async function runTail(signal: AbortSignal): Promise<void> {
    for await (const batch of cache.tail(position, signal)) {
      if (batch.kind === 'entries') {
        for (const item of batch.entries) {
          if (item.kind === 'pulse') onPulse(item.pulse)
          else states.apply(item.entry, item.changed)
          position = item.version
        }
        states.endBatch()
      } else if (batch.kind === 'gap') {
        await reread(signal)
        position = batch.to
        states.endBatch()
      } else {
        position = { epoch: batch.epoch, offset: 0 }
        await reread(signal)
        states.restart()
      }
    }
  }

  return {
    frames: openWidgetFrames(basePath),
    position: () => position,
    state: states.get,
    attach: (keys, listener) => states.attach(keys, listener, read),
    detach: states.detach,
    top: async () => (await cache.read([])).cursor,
    get size() {
      return states.size
    },
    run: (signal) => runAll([{ run: runTail }, { run: keepInterest }], signal),
  }
}
