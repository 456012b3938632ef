import type { ServerResponse } from 'node:http'
import type { Key, Version } from '../cache/version.ts'
import { chunkOf, writeChunks } from './chunk.ts'
import type { FollowedKeys } from './followed-keys.ts'
import { widgetFrames } from './frame.ts'
import type { SessionGroup } from './session-group.ts'

/** Unsent bytes over which a client counts as slow: its changes are coalesced until it reads again. */
const SLOW_BYTES = 64 * 1024

/** One SSE connection. What it has not been sent is kept by its group, once for all. */
export interface Session {
  readonly response: ServerResponse
  readonly group: Pick<SessionGroup, 'placements' | 'changes'>
  /** Second of the heartbeat in which it is sent its beat. */
  readonly slot: number
  /** `performance.now()` since when it has not read; 0 while it reads. */
  readonly slowSince: number
  /** It stands in the line of those to be flushed. */
  queued: boolean
  /** It is sent the state of these keys with its next flush, data and all, whether or not they change. */
  owe(keys: readonly Key[]): void
  readonly opened: boolean
  /** The feed's position, if everything up to it has been written: where the client stands from now on. */
  advance(): Version | undefined
  /** Writes what is pending, in one write. Keeps it while the client is slow. */
  flush(): void
  /** Nothing is written before `open`: what is told to a whole group is in the first words of whoever comes later. */
  write(text: string): void
  /** The head is written: from now on this session may be written to; `cursor` is where the client stands. */
  open(cursor: Version): void
  /** Drops what is pending: a manifest replaces it. */
  forget(): void
  end(): void
}

export function openSession(options: {
  response: ServerResponse
  group: Pick<SessionGroup, 'placements' | 'changes'>
  slot: number
  keys: Pick<FollowedKeys, 'position' | 'state'>
  /** The client reads again. */
  onDrain: (session: Session) => void
}): Session {
  const { response, group, slot, keys, onDrain } = options
  const { changes } = group
  const owed = new Set<Key>()
  /** Place of the last change of the group that it was sent. */
  let taken = changes.end
  let opened = false
  /** The head is on its way to the socket. */
  let begun = false
  let slowSince = 0
  let sent: Version | undefined

  const isBehind = (): boolean => taken < changes.end || owed.size > 0

  const session: Session = {
    response,
    group,
    slot,
    queued: false,
    get slowSince() {
      return slowSince
    },
    get opened() {
      return opened
    },
    advance() {
      const position = keys.position()
      const current = opened && !isBehind() && slowSince === 0
      return current && moveCursor(position, position) ? position : undefined
    },
    owe(some) {
      for (const key of some) owed.add(key)
    },
    flush() {
      if (!opened || !isBehind() || response.writableEnded) return
      if (response.writableLength > SLOW_BYTES) {
        if (slowSince === 0) {
          slowSince = performance.now()
          const buffered = response.socket ?? response
          buffered.once('drain', () => {
            slowSince = 0
            onDrain(session)
          })
        }
        return
      }
      const chunks = pendingFrames()
      if (chunks.length > 0) writeChunks(response, chunks)
    },
    write(text) {
      if (!opened || response.writableEnded) return
      // What `response` frames by itself it hands to the socket later, when nobody looks how long a slice takes.
      if (begun) writeChunks(response, [chunkOf(text)])
      else response.write(text)
      begun = true
    },
    open(cursor) {
      opened = true
      sent = cursor
    },
    forget() {
      taken = changes.end
      owed.clear()
    },
    end() {
      if (opened) response.end()
    },
  }

  /** Ascending by offset, so that a cut at any byte loses nothing. An id never passes the tail, which may still owe us older changes. */
  function pendingFrames(): Buffer[] {
    const since = changes.since(taken)
    taken = changes.end
    const [only] = since
    // As nearly always: most of what a broadcast costs here is what it leaves to be collected.
    if (only && since.length === 1 && owed.size === 0) return framesOf(only)
    const pending = new Map(since.map(({ key, withData }) => [key, withData]))
    for (const key of owed) pending.set(key, true)
    owed.clear()
    const due = [...pending].map(([key, withData]) => ({ key, withData }))
    const offsetOf = (key: Key): number => keys.state(key)?.entry.version.offset ?? 0
    if (due.length > 1) due.sort((a, b) => offsetOf(a.key) - offsetOf(b.key))
    return due.flatMap(framesOf)
  }

  /** None of a key of a layout not yet taken in, which waits for it, and of one that left. */
  function framesOf({ key, withData }: { readonly key: Key; readonly withData: boolean }): Buffer[] {
    const state = keys.state(key)
    const placement = group.placements().get(key)
    if (!state || !placement) return []
    return [widgetFrames(state, placement, withData, moveCursor(state.entry.version, keys.position()))]
  }

  /** Never back, and into another epoch only by a manifest: what was sent of the old one would be taken for its. */
  function moveCursor(to: Version, position: Version): boolean {
    if (!sent || to.epoch !== sent.epoch || to.offset < sent.offset) return false
    if (to.epoch !== position.epoch || to.offset > position.offset) return false
    sent = to
    return true
  }

  return session
}
