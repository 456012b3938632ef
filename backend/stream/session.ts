import type { ServerResponse } from 'node:http'
import type { Key, Version } from '../cache/version.ts'
import { writeChunks } from './chunk.ts'
import type { FollowedKeys } from './followed-keys.ts'
import { type KeyState, type Placement, widgetFrames } from './frame.ts'
import type { SessionGroup } from './session-group.ts'

/** Unsent bytes over which a client counts as slow: its changes are coalesced until it reads again. */
const SLOW_BYTES = 64 * 1024

/** One SSE connection. Its memory is bounded by the number of keys it shows, never by the rate of events. */
export interface Session {
  readonly response: ServerResponse
  readonly group: Pick<SessionGroup, 'placements'>
  /** Second of the heartbeat in which it is sent its beat. */
  readonly slot: number
  /** `performance.now()` since when it has not read; 0 while it reads. */
  readonly slowSince: number
  /** It stands in the line of those to be flushed. */
  queued: boolean
  mark(key: Key, withData: boolean): void
  readonly opened: boolean
  /** The feed's position, if everything up to it has been written: where the client stands from now on. */
  advance(): Version | undefined
  /** Writes what is pending, in one write. Keeps it while the client is slow. */
  flush(): void
  /** Nothing is written before `open`: what is told to a whole group is in the first words of whoever comes later. */
  write(text: string | Buffer): void
  /** The head is written: from now on this session may be written to; `cursor` is where the client stands. */
  open(cursor: Version): void
  /** Drops what is pending: a manifest replaces it. */
  forget(): void
  end(): void
}

export function openSession(options: {
  response: ServerResponse
  group: Pick<SessionGroup, 'placements'>
  slot: number
  keys: Pick<FollowedKeys, 'position' | 'state'>
  /** The client reads again. */
  onDrain: (session: Session) => void
}): Session {
  const { response, group, slot, keys, onDrain } = options
  const pending = new Map<Key, boolean>()
  let opened = false
  let slowSince = 0
  let sent: Version | undefined

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
      const current = opened && pending.size === 0 && slowSince === 0
      return current && moveCursor(position, position) ? position : undefined
    },
    mark(key, withData) {
      const owed = pending.get(key)
      if (owed !== undefined) pending.delete(key)
      pending.set(key, owed || withData)
    },
    flush() {
      if (!opened || pending.size === 0 || response.writableEnded) return
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
      if (opened && !response.writableEnded) response.write(text)
    },
    open(cursor) {
      opened = true
      sent = cursor
    },
    forget() {
      pending.clear()
    },
    end() {
      if (opened) response.end()
    },
  }

  /** Ascending by offset, so that a cut at any byte loses nothing. An id never passes the tail, which may still owe us older changes. */
  function pendingFrames(): Buffer[] {
    const position = keys.position()
    const placements = group.placements()
    if (pending.size === 1) return onlyFrame(placements, position)
    const due: { state: KeyState; placement: Placement; withData: boolean }[] = []
    for (const [key, withData] of pending) {
      const state = keys.state(key)
      const placement = placements.get(key)
      // A key of a layout not yet taken in waits for it; one that left is dropped.
      if (state && placement) due.push({ state, placement, withData })
    }
    pending.clear()
    if (due.length > 1) due.sort((a, b) => a.state.entry.version.offset - b.state.entry.version.offset)
    return due.map(({ state, placement, withData }) =>
      widgetFrames(state, placement, withData, moveCursor(state.entry.version, position)),
    )
  }

  /** As nearly always: most of what a broadcast costs here is what it leaves to be collected. */
  function onlyFrame(placements: ReadonlyMap<Key, Placement>, position: Version): Buffer[] {
    for (const [key, withData] of pending) {
      pending.delete(key)
      const state = keys.state(key)
      const placement = placements.get(key)
      if (state && placement) {
        return [widgetFrames(state, placement, withData, moveCursor(state.entry.version, position))]
      }
    }
    return []
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
