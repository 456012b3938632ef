import type { Key } from '../cache/version.ts'
import type { Admission, Stay } from './admission.ts'
import { type FairQueue, openFairQueue } from './fair-queue.ts'
import type { Lane } from './lane.ts'

/** Keys remembered at most. */
const MOST = 20_000

/** A claimed key whose turn it is. */
export interface QueuedKey {
  readonly key: Key
  readonly lane: Lane
  /** An event made it stale. */
  readonly urgent: boolean
}

/**
 * Keys that wait to be loaded, a lane for each type and source, each lane in turn, and in a lane each hub. A key that waits longer
 * than its claim hides it keeps its turn when it is claimed again, here or elsewhere, so that none waits for ever behind
 * those that come again.
 */
export interface LoadQueue {
  /**
   * It joins its lane, if it did not yet. Says whether it may wait here; else it is to be given back,
   * for others may have capacity for it, and none here will be for a while.
   */
  add(waiting: { readonly key: Key; readonly lane: Lane; readonly hub: string }, urgent: boolean): boolean
  /** Takes out the next key of a lane that is admitted, urgent ones first. */
  next(admits: (lane: Lane) => boolean): QueuedKey | undefined
  /** Whether any waits there. */
  waits(lane: Lane): boolean
  /** All that wait for that source leave. */
  drop(source: string): void
  clear(): void
  /** Keys claimed to wait here. */
  readonly held: number
  /** All keys that wait. */
  readonly size: number
}

interface WaitingLane {
  readonly lane: Lane
  readonly urgent: FairQueue
  readonly usual: FairQueue
}

export function openLoadQueue(admission: Pick<Admission, 'hold' | 'letGo'>): LoadQueue {
  const lanes = new Map<string, WaitingLane>()
  const held = new Map<Key, Stay>()
  let size = 0
  let urgent = 0

  function left(which: 'urgent' | 'usual', key: Key): void {
    if (which === 'urgent') urgent--
    size--
    const stay = held.get(key)
    if (!stay) return
    held.delete(key)
    admission.letGo(stay)
  }

  function empty(waiting: WaitingLane): void {
    for (const key of waiting.urgent) left('urgent', key)
    for (const key of waiting.usual) left('usual', key)
  }

  function nextOf(which: 'urgent' | 'usual', admits: (lane: Lane) => boolean): QueuedKey | undefined {
    for (const [name, waiting] of lanes) {
      if (waiting[which].size === 0 || !admits(waiting.lane)) continue
      const key = waiting[which].next() ?? ''
      left(which, key)
      lanes.delete(name)
      if (waiting.urgent.size + waiting.usual.size > 0) lanes.set(name, waiting)
      return { key, lane: waiting.lane, urgent: which === 'urgent' }
    }
    return undefined
  }

  return {
    add({ key, lane, hub }, isUrgent) {
      const name = nameOf(lane)
      const waiting = lanes.get(name) ?? { lane, urgent: openFairQueue(), usual: openFairQueue() }
      if (isUrgent && waiting.usual.remove(key)) size--
      if (!waiting.urgent.has(key) && !waiting.usual.has(key)) {
        if (size >= MOST) return false
        lanes.set(name, waiting)
        size++
        if (isUrgent) urgent++
        waiting[isUrgent ? 'urgent' : 'usual'].add(key, hub)
      }
      if (held.has(key)) return true
      const stay = admission.hold(lane)
      if (stay) held.set(key, stay)
      return stay !== undefined
    },
    next: (admits) => (urgent > 0 ? nextOf('urgent', admits) : undefined) ?? nextOf('usual', admits),
    waits: (lane) => lanes.has(nameOf(lane)),
    drop(source) {
      for (const [name, waiting] of lanes) {
        if (waiting.lane.source !== source) continue
        empty(waiting)
        lanes.delete(name)
      }
    },
    clear() {
      for (const waiting of lanes.values()) empty(waiting)
      lanes.clear()
    },
    get held() {
      return held.size
    },
    get size() {
      return size
    },
  }
}

const nameOf = ({ type, source }: Lane): string => (source === undefined ? type : `${type} ${source}`)
