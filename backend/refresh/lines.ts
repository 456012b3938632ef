import type { Key } from '../cache/version.ts'
import type { Admission, Place, Stay } from './admission.ts'
import { type HubTurns, openHubTurns } from './hub-turns.ts'

/** Keys remembered at most. */
const MOST = 20_000

/** A claimed key whose turn it is. */
export interface Turn {
  readonly key: Key
  readonly place: Place
  /** An event made it stale. */
  readonly urgent: boolean
}

/**
 * Keys that wait to be loaded, a line for each place, each line in turn, and in a line each hub. A key that waits longer
 * than its claim hides it keeps its turn when it is claimed again, here or elsewhere, so that none waits for ever behind
 * those that come again.
 */
export interface Lines {
  /**
   * It stands in the line of its place, if it did not yet. Says whether it may wait here; else it is to be given back,
   * for others may have room for it, and none here will be for a while.
   */
  add(waiting: { readonly key: Key; readonly place: Place; readonly hub: string }, urgent: boolean): boolean
  /** Takes out the next key of a place that is admitted, urgent ones first. */
  next(admits: (place: Place) => boolean): Turn | undefined
  /** Whether any waits there. */
  waits(place: Place): boolean
  /** All that wait for that source leave. */
  drop(source: string): void
  clear(): void
  /** Keys claimed to wait here. */
  readonly held: number
  /** All keys in the lines. */
  readonly size: number
}

interface Line {
  readonly place: Place
  readonly urgent: HubTurns
  readonly usual: HubTurns
}

export function openLines(admission: Pick<Admission, 'hold' | 'letGo'>): Lines {
  const lines = new Map<string, Line>()
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

  function empty(line: Line): void {
    for (const key of line.urgent) left('urgent', key)
    for (const key of line.usual) left('usual', key)
  }

  function nextOf(which: 'urgent' | 'usual', admits: (place: Place) => boolean): Turn | undefined {
    for (const [name, line] of lines) {
      if (line[which].size === 0 || !admits(line.place)) continue
      const key = line[which].next() ?? ''
      left(which, key)
      lines.delete(name)
      if (line.urgent.size + line.usual.size > 0) lines.set(name, line)
      return { key, place: line.place, urgent: which === 'urgent' }
    }
    return undefined
  }

  return {
    add({ key, place, hub }, isUrgent) {
      const name = nameOf(place)
      const line = lines.get(name) ?? { place, urgent: openHubTurns(), usual: openHubTurns() }
      if (isUrgent && line.usual.remove(key)) size--
      if (!line.urgent.has(key) && !line.usual.has(key)) {
        if (size >= MOST) return false
        lines.set(name, line)
        size++
        if (isUrgent) urgent++
        line[isUrgent ? 'urgent' : 'usual'].add(key, hub)
      }
      if (held.has(key)) return true
      const stay = admission.hold(place)
      if (stay) held.set(key, stay)
      return stay !== undefined
    },
    next: (admits) => (urgent > 0 ? nextOf('urgent', admits) : undefined) ?? nextOf('usual', admits),
    waits: (place) => lines.has(nameOf(place)),
    drop(source) {
      for (const [name, line] of lines) {
        if (line.place.source !== source) continue
        empty(line)
        lines.delete(name)
      }
    },
    clear() {
      for (const line of lines.values()) empty(line)
      lines.clear()
    },
    get held() {
      return held.size
    },
    get size() {
      return size
    },
  }
}

const nameOf = ({ type, source }: Place): string => (source === undefined ? type : `${type} ${source}`)
