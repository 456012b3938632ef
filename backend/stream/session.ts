import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Key, Version } from '../cache/version.ts'
import { chunkSocket, writeChunks } from './chunk.ts'
import type { FollowedKeys } from './followed-keys.ts'
import type { KeyChanges } from './key-changes.ts'
import type { Placement } from './placement.ts'

/** Unsent bytes over which a client counts as slow: its changes are coalesced until it reads again. */
const SLOW_BYTES = 64 * 1024

/** What all sessions that follow the same have in common. */
export interface SharedBySessions {
  readonly changes: Pick<KeyChanges, 'end' | 'since'>
  /** Which widgets show which key, as of the last layout taken in. */
  placements(): ReadonlyMap<Key, Placement>
}

interface Origin {
  readonly response: ServerResponse
  readonly group: SharedBySessions
  /** Second of the heartbeat in which it is sent its beat. */
  readonly slot: number
  readonly keys: Pick<FollowedKeys, 'position' | 'state' | 'frames'>
  /** The client has stopped reading, or reads again. */
  readonly onPace: (session: StreamSession) => void
}

/**
 * One SSE connection. What it has not been sent is kept by its group, once for all. One object without methods: a
 * broadcast goes through thousands, and each further object of theirs is a cache miss.
 */
export interface StreamSession extends Origin {
  /** Where chunks go straight, if they can. */
  socket: Socket | undefined
  /** Place of the last change of the group that it was sent. */
  taken: number
  /** It is sent the state of these with its next flush, data and all, whether or not they change. */
  owed: Set<Key> | undefined
  /** Where the client stands. */
  sent: Version | undefined
  /** `performance.now()` since when it has not read; 0 while it reads. */
  slowSince: number
  /** It may be written to: its head and first words are, and it has not been ended. */
  open: boolean
}

export function openSession(origin: Origin): StreamSession {
  return {
    response: origin.response,
    group: origin.group,
    slot: origin.slot,
    keys: origin.keys,
    onPace: origin.onPace,
    socket: undefined,
    taken: origin.group.changes.end,
    owed: undefined,
    sent: undefined,
    slowSince: 0,
    open: false,
  }
}

/**
 * The head is written; `cursor` is where the client stands. Nothing is written before: what is told to a
 * whole group is in the first words of whoever comes later.
 */
export function begin(session: StreamSession, cursor: Version): void {
  session.open = true
  session.sent = cursor
  session.socket = chunkSocket(session.response)
}

/** It is sent the state of these keys with its next flush, data and all, whether or not they change. */
export function owe(session: StreamSession, keys: readonly Key[]): void {
  if (keys.length === 0) return
  session.owed ??= new Set()
  for (const key of keys) session.owed.add(key)
}

/** Drops what is pending: a manifest replaces it. */
export function forget(session: StreamSession): void {
  session.taken = session.group.changes.end
  session.owed = undefined
}

/** The feed's position, if everything up to it has been written: where the client stands from now on. */
export function advance(session: StreamSession): Version | undefined {
  const position = session.keys.position()
  const current = session.open && !isBehind(session) && session.slowSince === 0
  return current && moveCursor(session, position, position) ? position : undefined
}

/** Writes what is pending, in one write. Keeps it while the client is slow. */
export function flush(session: StreamSession): void {
  if (!session.open || !isBehind(session)) return
  if (isSlow(session)) return
  const chunks = pendingFrames(session)
  if (chunks.length > 0) writeChunks(session.response, session.socket, chunks)
}

/** Writes what is of no key. A slow client is sent it too: it has only so long to read again. */
export function write(session: StreamSession, chunk: Buffer): void {
  if (!session.open) return
  writeChunks(session.response, session.socket, [chunk])
  isSlow(session)
}

function isSlow(session: StreamSession): boolean {
  const buffered = session.socket ?? session.response
  if (buffered.writableLength <= SLOW_BYTES) return false
  if (session.slowSince > 0) return true
  session.slowSince = performance.now()
  session.onPace(session)
  buffered.once('drain', () => {
    session.slowSince = 0
    session.onPace(session)
  })
  return true
}

export function end(session: StreamSession): void {
  if (!session.open) return
  session.open = false
  session.response.end()
}

function isBehind({ taken, owed, group }: StreamSession): boolean {
  return taken < group.changes.end || owed !== undefined
}

/** Ascending by offset, so that a cut at any byte loses nothing. An id never passes the tail, which may still owe us older changes. */
function pendingFrames(session: StreamSession): Buffer[] {
  const { group, keys, taken, owed } = session
  const since = group.changes.since(taken)
  session.taken = group.changes.end
  const [only] = since
  // As nearly always: most of what a broadcast costs here is what it leaves to be collected.
  if (only && since.length === 1 && !owed) return framesOf(session, only.key, only.withData)
  const pending = new Map(since.map(({ key, withData }) => [key, withData]))
  for (const key of owed ?? []) pending.set(key, true)
  session.owed = undefined
  const due = [...pending]
  const offsetOf = (key: Key): number => keys.state(key)?.version.offset ?? 0
  if (due.length > 1) due.sort(([a], [b]) => offsetOf(a) - offsetOf(b))
  return due.flatMap(([key, withData]) => framesOf(session, key, withData))
}

/** None of a key of a layout not yet taken in, which waits for it, and of one that left. */
function framesOf(session: StreamSession, key: Key, withData: boolean): Buffer[] {
  const { group, keys } = session
  const state = keys.state(key)
  const placement = group.placements().get(key)
  if (!state || !placement) return []
  const withId = moveCursor(session, state.version, keys.position())
  return [keys.frames.of(state, placement, withData, withId)]
}

/** Never back, and into another epoch only by a manifest: what was sent of the old one would be taken for its. */
function moveCursor(session: StreamSession, to: Version, position: Version): boolean {
  const { sent } = session
  if (!sent || to.epoch !== sent.epoch || to.offset < sent.offset) return false
  if (to.epoch !== position.epoch || to.offset > position.offset) return false
  session.sent = to
  return true
}
