import type { ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { compareVersions, formatVersion, parseVersion, type Version } from '../cache/version.ts'
import type { FollowedKeys } from './followed-keys.ts'
import { frame } from './frame.ts'
import type { Liveness } from './liveness.ts'
import { openSession, type Session } from './session.ts'
import {
  type GroupEvents,
  groupName,
  keysAbove,
  type Layouts,
  openGroup,
  type SessionGroup,
  type Target,
} from './session-group.ts'

/** Seconds between two beats of one session: a page that hears nothing for a quarter longer is not live. */
const HEARTBEAT = 8
/** Milliseconds a slow client has before it is cut; it resumes from its cursor. */
const SLOW_FOR = 30_000
/** Milliseconds one slice of a broadcast may keep the event loop. */
const SLICE = 4
/** Sessions flushed between two looks at the clock. */
const CLOCK_EVERY = 16

export interface Sessions {
  /**
   * Answers a stream request. `cursor` is what the client sent, readable or not.
   * Rejects with `CacheAway` before anything is written, when the state of its widgets cannot be read.
   */
  open(response: ServerResponse, target: Target, cursor: string | undefined): Promise<void>
  readonly size: number
  /** Sends `bye` and ends every session, spread over `seconds`. */
  drain(seconds: number): Promise<void>
}

export function openSessions(options: {
  keys: FollowedKeys
  layouts: Layouts
  liveness: Liveness
  build: string
  signal: AbortSignal
}): Sessions {
  const { keys, layouts, liveness, build, signal } = options
  const groups = new Map<string, SessionGroup>()
  const slots = Array.from({ length: HEARTBEAT }, () => new Set<Session>())
  const slow = new Set<Session>()
  /** An array, for a set that ten thousand enter and leave costs a third of writing to them. */
  let due: Session[] = []
  let flushing = false
  let size = 0
  let nextSlot = 0

  /** Broadcasts go out in slices, so that ten thousand sessions do not hold up one. */
  function flushDue(): void {
    const until = performance.now() + SLICE
    let turn = 0
    for (const session of due) {
      turn++
      session.queued = false
      // It may have gone while it waited.
      if (session.response.destroyed) continue
      session.flush()
      if (session.slowSince > 0) slow.add(session)
      if (turn % CLOCK_EVERY === 0 && performance.now() > until) break
    }
    due = due.slice(turn)
    flushing = due.length > 0
    if (flushing) setImmediate(flushDue)
  }

  function enqueue(sessions: Iterable<Session>): void {
    for (const session of sessions) {
      if (session.queued) continue
      session.queued = true
      due.push(session)
    }
    if (!flushing && due.length > 0) flushDue()
  }

  const events: GroupEvents = {
    pending: enqueue,
    layout(group, hub, revision, tokens) {
      const text = frame('layout', { hub, revision, keys: tokens })
      for (const session of group.sessions) session.write(text)
    },
    gone(group, what, left) {
      // The group no longer follows all its name says: who asks for the same again gets a new one.
      if (groups.get(group.name) === group) groups.delete(group.name)
      const text = frame('gone', what)
      for (const session of group.sessions) {
        session.write(text)
        if (left === 0) session.end()
      }
    },
    restarted(group) {
      for (const session of group.sessions) if (session.opened) manifest(session)
    },
  }

  function manifest(session: Session): void {
    const widgets: Record<string, { key: string; version: string }> = {}
    for (const [key, { widgets: shown }] of session.group.placements()) {
      const entry = keys.state(key)?.entry
      for (const { id, token } of shown) {
        widgets[id] = {
          key: token,
          version: formatVersion(entry?.version ?? { epoch: keys.position().epoch, offset: 0 }),
        }
      }
    }
    session.forget()
    session.open(keys.position())
    session.write(frame('resync', { widgets }, keys.position()))
  }

  function beat(session: Session): void {
    const { now, through } = liveness
    session.write(frame('beat', { now: now(), through: through() }, session.advance()))
  }

  async function everySecond(): Promise<void> {
    let slot = 0
    let wasLive = liveness.live()
    while (!signal.aborted) {
      await setTimeout(1_000, undefined, { signal }).catch(() => {})
      slot = (slot + 1) % HEARTBEAT
      const isLive = liveness.live()
      // A page must learn at once that the line fell behind or recovered, not with its next beat.
      if (isLive !== wasLive) for (const some of slots) await inSlices(some, beat)
      else await inSlices(slots[slot] ?? [], beat)
      wasLive = isLive
      for (const session of slow) {
        if (session.slowSince === 0) slow.delete(session)
        else if (performance.now() - session.slowSince > SLOW_FOR) session.response.destroy()
      }
    }
  }

  async function inSlices(sessions: Iterable<Session>, each: (session: Session) => void): Promise<void> {
    let until = performance.now() + SLICE
    for (const session of [...sessions]) {
      each(session)
      if (performance.now() < until) continue
      await new Promise<void>((resolve) => setImmediate(resolve))
      until = performance.now() + SLICE
    }
  }

  const undo = layouts.onChange((slug) => {
    for (const group of groups.values()) {
      if (group.concerns(slug)) void group.relayout()
    }
  })
  signal.addEventListener('abort', undo, { once: true })
  void everySecond()

  function joinGroup(target: Target): SessionGroup {
    const name = groupName(target)
    let group = groups.get(name)
    if (!group) {
      group = openGroup({ target, keys, layouts, events })
      groups.set(name, group)
    }
    return group
  }

  function leaveGroup(group: SessionGroup): void {
    if (group.sessions.size > 0) return
    if (groups.get(group.name) === group) groups.delete(group.name)
    group.close()
  }

  /** The client's cursor if this epoch gave it out; a text nobody gave out would hide changes. */
  async function readCursor(text: string | undefined): Promise<Version | 'none' | 'unreadable'> {
    if (text === undefined) return 'none'
    const cursor = parseVersion(text)
    const position = keys.position()
    if (cursor?.epoch !== position.epoch) return 'unreadable'
    if (cursor.offset <= position.offset) return cursor
    return compareVersions(cursor, await keys.top()) <= 0 ? cursor : 'unreadable'
  }

  return {
    async open(response, target, cursorText) {
      const group = joinGroup(target)
      const slot = nextSlot++ % HEARTBEAT
      const session = openSession({ response, group, slot, keys, onDrain: (again) => enqueue([again]) })
      // Attached before the state is read: what changes from here on is queued.
      group.sessions.add(session)
      const leave = () => {
        if (!group.sessions.delete(session)) return
        slots[slot]?.delete(session)
        slow.delete(session)
        size--
        leaveGroup(group)
      }
      size++
      response.once('close', leave)
      let cursor: Version | 'none' | 'unreadable'
      try {
        await group.ready
        cursor = await readCursor(cursorText)
      } catch (error) {
        leave()
        throw error
      }
      if (response.destroyed) return leave()
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache, no-store, no-transform',
        'X-Accel-Buffering': 'no',
        Connection: 'keep-alive',
      })
      const position = keys.position()
      // The feed may have begun a new life while the cursor was looked at.
      if (typeof cursor === 'object' && cursor.epoch !== position.epoch) cursor = 'unreadable'
      const from =
        cursor === 'unreadable' ? position : cursor === 'none' ? { epoch: position.epoch, offset: 0 } : cursor
      // What was queued meanwhile is in the states, whose versions now say what the client lacks.
      session.forget()
      session.open(from)
      session.write(`retry: ${1_000 + Math.floor(Math.random() * 2_000)}\n\n`)
      session.write(
        frame('hello', {
          cursor: formatVersion(from),
          heartbeat: HEARTBEAT,
          now: liveness.now(),
          through: liveness.through(),
          build,
          hubs: group.revisions(),
          keys: group.tokens(),
        }),
      )
      slots[slot]?.add(session)
      for (const slug of target.hubs) if (!layouts.hub(slug)) session.write(frame('gone', { hub: slug }))
      for (const id of target.widgets) if (!layouts.widget(id)) session.write(frame('gone', { id }))
      if (cursor === 'unreadable') return manifest(session)
      const known = cursor === 'none' ? undefined : cursor
      session.owe(keysAbove(known, group.placements(), keys))
      enqueue([session])
    },
    get size() {
      return size
    },
    async drain(seconds) {
      const leaving = slots.flatMap((some) => [...some])
      await Promise.all(
        leaving.map(async (session) => {
          await setTimeout(Math.random() * seconds * 1_000)
          session.write(frame('bye', {}))
          session.end()
        }),
      )
    },
  }
}
