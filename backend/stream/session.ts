import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Key, Version } from '../cache/version.ts'
import { chunkSocket, writeChunks } from './chunk.ts'
import type { FollowedKeys } from './followed-keys.ts'
import type { KeyChanges } from './key-changes.ts'
import type { Placement } from './placement.ts'

/**
 * Unsent bytes over which a client counts as slow: until it reads again it is sent no changes, and then the last of
 * each key.
 */
const SLOW_BYTES = 64 * 1024

/** What all sessions that follow the same have in common. */
export interface SharedBySessions {
  readonly changes: Pick<KeyChanges, 'end' | 'since'>
  /** Which widgets show which key, as of the last edit applied. */
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
 * One SSE connection. What it has yet to be sent is kept by its group, once for all sessions. It is one object without
 * methods, because a broadcast visits thousands of them and every further object would be a cache miss.
 */
export interface StreamSession extends Origin {
  /** Chunks are written straight to it, where that is possible. */
  socket: Socket | undefined
  /** Number of the last of its group's changes that it was sent. */
  lastChange: number
  /** Keys whose state, with data, is part of its next flush whether or not they change. */
  owed: Set<Key> | undefined
  /** The client's cursor: it was sent every change up to here. */
  cursor: Version | undefined
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
    lastChange: origin.group.changes.end,
    owed: undefined,
    cursor: undefined,
    slowSince: 0,
    open: false,
  }
}

/**
 * Called once the head is written. Until then the session is sent nothing, since its first frames tell all that its
 * group was told meanwhile. `cursor`: the client knows every change up to here.
 */
export function begin(session: StreamSession, cursor: Version): void {
  session.open = true
  session.cursor = cursor
  session.socket = chunkSocket(session.response)
}

/** Makes the state of these keys, with data, part of its next flush. */
export function owe(session: StreamSession, keys: readonly Key[]): void {
  if (keys.length === 0) return
  session.owed ??= new Set()
  for (const key of keys) session.owed.add(key)
}

/** Drops what it has yet to be sent, because something else says it all. */
export function forget(session: StreamSession): void {
  session.lastChange = session.group.changes.end
  session.owed = undefined
}

/** Moves the client's cursor to the feed's position and returns that, if all changes up to it have been written. */
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

/** Writes a frame that is about no key. Slow clients are sent it too: they read again soon, or are cut. */
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

function isBehind({ lastChange, owed, group }: StreamSession): boolean {
  return lastChange < group.changes.end || owed !== undefined
}

/**
 * In ascending order of offset, so that a client that is cut at any byte resumes without loss. No id is beyond the feed's
 * position, because changes with lower offsets may still come.
 */
function pendingFrames(session: StreamSession): Buffer[] {
  const { group, keys, lastChange, owed } = session
  const since = group.changes.since(lastChange)
  session.lastChange = group.changes.end
  const [only] = since
  // Nearly always so, and worth a way without a map: most of what a broadcast costs here is garbage collection.
  if (only && since.length === 1 && !owed) return framesOf(session, only.key, only.withData)
  const pending = new Map(since.map(({ key, withData }) => [key, withData]))
  for (const key of owed ?? []) pending.set(key, true)
  session.owed = undefined
  const due = [...pending]
  const offsetOf = (key: Key): number => keys.state(key)?.version.offset ?? 0
  if (due.length > 1) due.sort(([a], [b]) => offsetOf(a) - offsetOf(b))
  return due.flatMap(([key, withData]) => framesOf(session, key, withData))
}

/** No frames for a key that the layout does not show: it waits for the layout to come, or has left it. */
function framesOf(session: StreamSession, key: Key, withData: boolean): Buffer[] {
  const { group, keys } = session
  const state = keys.state(key)
  const placement = group.placements().get(key)
  if (!state || !placement) return []
  const withId = moveCursor(session, state.version, keys.position())
  return [keys.frames.of(state, placement, withData, withId)]
}

/**
 * Moves the client's cursor forward. Never into another epoch, which takes a manifest: frames of the old epoch would count
 * as sent in the new one.
 */
function moveCursor(session: StreamSession, to: Version, position: Version): boolean {
  const { cursor } = session
  if (!cursor || to.epoch !== cursor.epoch || to.offset < cursor.offset) return false
  if (to.epoch !== position.epoch || to.offset > position.offset) return false
  session.cursor = to
  return true
}
