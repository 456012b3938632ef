import type { Key } from '../cache/version.ts'

/** Places of a key's last change, and of the last that changed data. */
interface Change {
  readonly place: number
  readonly dataPlace: number
}

/**
 * The last change of each key of a group, kept once for all its sessions: each remembers up to which place it
 * has taken them, and needs no memory of its own for what it has not.
 */
export interface KeyChanges {
  /** Of the newest change; 0 before any. */
  readonly end: number
  note(key: Key, withData: boolean): void
  /** Each key changed behind `place`, and whether its data did. */
  since(place: number): readonly Since[]
  /** Forgets a key that the group no longer follows. */
  drop(key: Key): void
}

interface Since {
  readonly key: Key
  readonly withData: boolean
}

export function openKeyChanges(): KeyChanges {
  const latest = new Map<Key, Change>()
  /** The last answer: a broadcast asks for the same of each of thousands. */
  let answered: { readonly place: number; readonly end: number; readonly since: readonly Since[] } | undefined

  const changes = {
    // No getter: in an object literal it would give each object a hidden class of its own.
    end: 0,
    note(key: Key, withData: boolean) {
      changes.end += 1
      const { end } = changes
      latest.set(key, { place: end, dataPlace: withData ? end : (latest.get(key)?.dataPlace ?? 0) })
    },
    since(place: number) {
      const { end } = changes
      if (answered?.place === place && answered.end === end) return answered.since
      const since: Since[] = []
      if (place < end) {
        for (const [key, change] of latest)
          if (change.place > place) since.push({ key, withData: change.dataPlace > place })
      }
      answered = { place, end, since }
      return since
    },
    drop(key: Key) {
      if (latest.delete(key)) answered = undefined
    },
  }
  return changes
}
