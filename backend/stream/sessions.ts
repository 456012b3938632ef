import type { ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import type { StreamEvents } from '#contract/stream-events.ts'
import { inSlices } from '../base/slice.ts'
import { compareVersions, formatVersion, parseVersion, type Version } from '../cache/version.ts'
import { closedHeaders } from '../edge/http/answer.ts'
import { sharedHeaders } from '../edge/http/cross-origin.ts'
import type { FollowedKeys } from './followed-keys.ts'
import { frame } from './frame.ts'
import type { Layouts, Target } from './group-layout.ts'
import type { Liveness } from './liveness.ts'
import { advance, begin, end, flush, forget, openSession, owe, type Session, write } from './session.ts'
import { type GroupEvents, groupName, keysAbove, openGroup, type SessionGroup } from './session-group.ts'
import { openTurns } from './turns.ts'

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
   * `onLeave` is called once, when the stream is over or was refused: a listener of the caller's own would be memory of
   * every stream.
   */
  open(
    response: ServerResponse,
    target: Target,
    cursor: string | undefined,
    onLeave?: () => void,
  ): Promise<void>
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
  /** Those that somebody follows. */
  const followed = new Set<SessionGroup>()
  /** Of those, the ones that follow all that their name says. */
  const groups = new Map<string, SessionGroup>()
  const slots = Array.from({ length: HEARTBEAT }, () => new Set<Session>())
  const slow = new Set<Session>()
  /** Those with something pending: groups, so that a broadcast need not enter and leave thousands, and single ones. */
  const due = new Set<Iterable<Session>>()
  let flushing = false
  let size = 0
  let nextSlot = 0

  /** Flushes who is due until the slice is over; gives where in the line it stopped. */
  function flushSlice(from: Iterator<Session> | undefined): Iterator<Session> | undefined {
    const until = performance.now() + SLICE
    let turn = from
    let flushed = 0
    for (;;) {
      const next = turn?.next()
      if (!next || next.done) {
        const [sessions] = due
        if (!sessions) return undefined
        // Before its turn: what changes during it gives it another.
        due.delete(sessions)
        turn = sessions[Symbol.iterator]()
        continue
      }
      flush(next.value)
      flushed += 1
      if (flushed % CLOCK_EVERY === 0 && performance.now() > until) return turn
    }
  }

  /** Broadcasts go out in slices, so that ten thousand sessions do not hold up one. */
  function flushDue(from?: Iterator<Session>): void {
    // Should a flush throw, the next one goes on.
    flushing = false
    const rest = flushSlice(from)
    if (!rest) return
    flushing = true
    setImmediate(flushDue, rest)
  }

  function enqueue(sessions: Iterable<Session>): void {
    due.add(sessions)
    if (flushing) return
    flushing = true
    // Once all groups that a change concerns are in the line, so that a slice holds for them together.
    queueMicrotask(flushDue)
  }

  /** One for all: each of its own would be memory of every session. */
  const onPace = (session: Session): void => {
    if (session.slowSince > 0) slow.add(session)
    else enqueue([session])
  }

  const events: GroupEvents = {
    pending: enqueue,
    layout(group, hub, revision, tokens) {
      const chunk = frame('layout', { hub, revision, keys: tokens })
      for (const session of group.sessions) write(session, chunk)
    },
    gone(group, what) {
      // The group no longer follows all its name says: who asks for the same again gets a new one.
      if (groups.get(group.name) === group) groups.delete(group.name)
      const chunk = frame('gone', what)
      for (const session of group.sessions) write(session, chunk)
    },
    over(group) {
      for (const session of group.sessions) end(session)
    },
    restarted(group) {
      for (const session of group.sessions) if (session.open) manifest(session)
    },
  }

  function manifest(session: Session): void {
    const widgets: Record<string, { key: string; version: string }> = {}
    for (const [key, { widgets: shown }] of session.group.placements()) {
      const state = keys.state(key)
      for (const { id, token } of shown) {
        widgets[id] = {
          key: token,
          version: formatVersion(state?.version ?? { epoch: keys.position().epoch, offset: 0 }),
        }
      }
    }
    forget(session)
    begin(session, keys.position())
    write(session, frame('resync', { widgets }, keys.position()))
  }

  /** How far the line has come, and why no further. */
  function pulse(): StreamEvents['beat'] {
    const why = liveness.why()
    return {
      now: liveness.now(),
      through: liveness.through(),
      ...(why === undefined ? {} : { why }),
    }
  }

  /** A beat for some sessions now: those that stand at one place are sent the same, made once. */
  function beats(): (session: Session) => void {
    const told = pulse()
    const made = new Map<Version | undefined, Buffer>()
    return (session) => {
      const place = advance(session)
      let chunk = made.get(place)
      if (!chunk) {
        chunk = frame('beat', told, place)
        made.set(place, chunk)
      }
      write(session, chunk)
    }
  }

  async function everySecond(): Promise<void> {
    let slot = 0
    let wasLive = liveness.live()
    while (!signal.aborted) {
      await setTimeout(1_000, undefined, { signal }).catch(() => {})
      slot = (slot + 1) % HEARTBEAT
      const isLive = liveness.live()
      // A page must learn at once that the line fell behind or recovered, not with its next beat.
      if (isLive !== wasLive) for (const some of slots) await beatInSlices(some)
      else await beatInSlices(slots[slot] ?? [])
      wasLive = isLive
      keys.frames.forget()
      for (const session of slow) {
        if (session.slowSince === 0) slow.delete(session)
        else if (performance.now() - session.slowSince > SLOW_FOR) session.response.destroy()
      }
    }
  }

  async function beatInSlices(sessions: Iterable<Session>): Promise<void> {
    let beat = beats()
    const onNext = () => {
      beat = beats()
    }
    await inSlices([...sessions], (session) => beat(session), { ms: SLICE, onNext })
  }

  const undo = layouts.onChange((slug) => {
    for (const group of followed) if (group.concerns(slug)) group.relayout(slug)
  })
  signal.addEventListener('abort', undo, { once: true })
  void everySecond()

  const inTurn = openTurns()

  /** What is not there is told as gone and not followed, so that it makes no group of its own. */
  function joinGroup({ hubs, widgets }: Target): SessionGroup {
    const target = {
      hubs: hubs.filter((slug) => layouts.hub(slug)),
      widgets: widgets.filter((id) => layouts.widget(id)),
    }
    const name = groupName(target)
    let group = groups.get(name)
    if (!group) {
      group = openGroup({ target, keys, layouts, events, inTurn })
      groups.set(name, group)
      followed.add(group)
    }
    return group
  }

  function leaveGroup(group: SessionGroup): void {
    if (group.sessions.size > 0) return
    if (groups.get(group.name) === group) groups.delete(group.name)
    followed.delete(group)
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
    async open(response, target, cursorText, onLeave) {
      const group = joinGroup(target)
      const slot = nextSlot++ % HEARTBEAT
      const session = openSession({ response, group, slot, keys, onPace })
      // Attached before the state is read: what changes from here on is queued.
      group.sessions.add(session)
      const leave = () => {
        if (!group.sessions.delete(session)) return
        // It may stand in the line still.
        session.open = false
        session.slowSince = 0
        slots[slot]?.delete(session)
        slow.delete(session)
        size--
        leaveGroup(group)
        onLeave?.()
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
        ...closedHeaders,
        ...sharedHeaders,
        'Content-Type': 'text/event-stream',
        'Cache-Control': 'no-cache, no-store, no-transform',
        'X-Accel-Buffering': 'no',
        // Nothing else comes on it: what a stream holds goes with its connection.
        Connection: 'close',
      })
      // With the head. What `response` frames itself goes to the socket later, when nobody looks how long a slice takes.
      response.write(`retry: ${1_000 + Math.floor(Math.random() * 2_000)}\n\n`)
      forgetHead(response)
      const position = keys.position()
      // The feed may have begun a new life while the cursor was looked at.
      if (typeof cursor === 'object' && cursor.epoch !== position.epoch) cursor = 'unreadable'
      const from =
        cursor === 'unreadable' ? position : cursor === 'none' ? { epoch: position.epoch, offset: 0 } : cursor
      // What was queued meanwhile is in the states, whose versions now say what the client lacks.
      forget(session)
      begin(session, from)
      write(
        session,
        frame('hello', {
          cursor: formatVersion(from),
          heartbeat: HEARTBEAT,
          ...pulse(),
          build,
          hubs: group.revisions(),
          keys: group.tokens(),
        }),
      )
      slots[slot]?.add(session)
      for (const what of [...target.hubs.map((hub) => ({ hub })), ...target.widgets.map((id) => ({ id }))])
        if (!group.follows(what)) write(session, frame('gone', what))
      if (cursor === 'unreadable') return manifest(session)
      const known = cursor === 'none' ? undefined : cursor
      owe(session, keysAbove(known, group.placements(), keys))
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
          write(session, frame('bye', {}))
          end(session)
        }),
      )
    },
  }
}

/**
 * Node keeps the head of an answer as the dozens of texts it was put together from, 2 KB for as long as a stream lives.
 * What is left says only that there was one. (No declared property; where Node has another, nothing is forgotten.)
 */
function forgetHead(response: ServerResponse): void {
  const kept = response as ServerResponse & { _header?: unknown }
  if (typeof kept._header === 'string') kept._header = 'sent'
}
