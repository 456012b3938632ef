import type { Key } from '../cache/version.ts'

/** Numbers of a key's last change, and of its last that changed data. */
interface Change {
  readonly number: number
  readonly dataNumber: number
}

/**
 * The last change of each key of a group, kept once for all its sessions. Changes are numbered, and a session remembers
 * only the number of the last it was sent, however much it has yet to be sent.
 */
export interface KeyChanges {
  /** Number of the newest change; 0 before the first. */
  readonly end: number
  note(key: Key, withData: boolean): void
  /** Each key that changed after the change of that number, and whether its data did. */
  since(number: number): readonly Since[]
  /** Forgets a key that the group no longer follows. */
  drop(key: Key): void
}

interface Since {
  readonly key: Key
  readonly withData: boolean
}

export function openKeyChanges(): KeyChanges {
  const latest = new Map<Key, Change>()
  /** The last answer: a broadcast asks the same for each of thousands of sessions. */
  let answered:
    | { readonly number: number; readonly end: number; readonly since: readonly Since[] }
    | undefined

  const changes = {
    // No getter: in an object literal it would give each object a hidden class of its own.
    end: 0,
    note(key: Key, withData: boolean) {
      changes.end += 1
      const { end } = changes
      latest.set(key, { number: end, dataNumber: withData ? end : (latest.get(key)?.dataNumber ?? 0) })
    },
    since(number: number) {
      const { end } = changes
      if (answered?.number === number && answered.end === end) return answered.since
      const since: Since[] = []
      if (number < end) {
        for (const [key, change] of latest)
          if (change.number > number) since.push({ key, withData: change.dataNumber > number })
      }
      answered = { number, end, since }
      return since
    },
    drop(key: Key) {
      if (latest.delete(key)) answered = undefined
    },
  }
  return changes
}
