import type { Key } from '../cache/version.ts'

interface Change {
  readonly key: Key
  /** Of its last change, and of the last that changed data. */
  place: number
  dataPlace: number
}

/**
 * The last change of each key of a group, in order, kept once for all its sessions: each remembers up to which place it
 * has taken them, and needs no memory of its own for what it has not.
 */
export interface Changes {
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

export function openChanges(): Changes {
  /** By place, ascending. A group follows a hub or some widgets: moving one of so few is cheap. */
  const order: Change[] = []
  let end = 0
  /** The last answer: a broadcast asks for the same of each of thousands. */
  let answered: { readonly place: number; readonly end: number; readonly since: readonly Since[] } | undefined

  function take(key: Key): Change | undefined {
    const at = order.findIndex((change) => change.key === key)
    return at < 0 ? undefined : order.splice(at, 1)[0]
  }

  return {
    get end() {
      return end
    },
    note(key, withData) {
      end += 1
      const change = take(key) ?? { key, place: 0, dataPlace: 0 }
      change.place = end
      if (withData) change.dataPlace = end
      order.push(change)
    },
    since(place) {
      if (answered?.place === place && answered.end === end) return answered.since
      const since: Since[] = []
      for (let n = order.length - 1; n >= 0; n--) {
        const change = order[n]
        if (!change || change.place <= place) break
        since.push({ key: change.key, withData: change.dataPlace > place })
      }
      answered = { place, end, since }
      return since
    },
    drop(key) {
      if (take(key)) answered = undefined
    },
  }
}
