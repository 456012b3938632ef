import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import { pause } from '../base/pause.ts'
import type { Service } from '../base/service.ts'
import { type Cursor, readCursor } from './cursor.ts'
import { openFlushQueue } from './flush-queue.ts'
import type { FollowedKeys } from './followed-keys.ts'
import { frame } from './frame.ts'
import { greet } from './greeting.ts'
import { openHeartbeat } from './heartbeat.ts'
import type { HubLayouts } from './hub-layouts.ts'
import type { Liveness } from './liveness.ts'
import { end, openSession, type StreamSession, write } from './session.ts'
import type { SessionGroup } from './session-group.ts'
import { openSessionGroups } from './session-groups.ts'
import { openSlowSessions } from './slow-sessions.ts'
import { writeStreamHead } from './stream-head.ts'
import type { StreamTarget } from './stream-target.ts'

/** What runs sends beats, and cuts who reads too slowly. */
export interface StreamSessions extends Service {
  /**
   * Answers a stream request. `cursor` is the text the client sent, whatever it is. Resolves once the stream has begun.
   * Rejects with `CacheAway` before anything is written, when the state of its widgets cannot be read.
   * `onLeave` is called once, when the stream is over or was refused. (A listener on `response` would do too, but each
   * costs memory for as long as its stream is open.)
   */
  open(
    response: ServerResponse,
    target: StreamTarget,
    cursor: string | undefined,
    onLeave?: () => void,
  ): Promise<void>
  readonly size: number
  /** Sends `bye` and ends every session, spread over `seconds`. */
  drain(seconds: number): Promise<void>
}

export function openSessions(options: {
  keys: FollowedKeys
  layouts: HubLayouts
  liveness: Liveness
  build: string
  /** Headers of every stream, besides those that make it an event stream. */
  headers?: OutgoingHttpHeaders
}): StreamSessions {
  const { keys, layouts, liveness, build, headers = {} } = options
  const flushQueue = openFlushQueue()
  const groups = openSessionGroups({ keys, layouts, flushQueue })
  const heartbeat = openHeartbeat(liveness)
  const slow = openSlowSessions()
  let size = 0

  /** One function for all sessions, because one for each would cost memory. */
  const onPace = (session: StreamSession): void => {
    if (session.slowSince > 0) slow.add(session)
    else flushQueue.add([session])
  }

  async function everySecond(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(1_000, signal)
      await heartbeat.tick()
      keys.frames.forget()
      slow.cut()
    }
  }

  /**
   * To be called when the session is over, once or more. It lives as long as the session, so it holds no more than
   * these.
   */
  function leaving(
    session: StreamSession,
    group: SessionGroup,
    onLeave: (() => void) | undefined,
  ): () => void {
    return () => {
      if (!group.sessions.delete(session)) return
      // It may still be queued to be flushed.
      session.open = false
      session.slowSince = 0
      heartbeat.delete(session)
      slow.delete(session)
      size--
      groups.left(group)
      onLeave?.()
    }
  }

  return {
    async open(response, target, cursorText, onLeave) {
      const group = groups.join(target)
      const session = openSession({ response, group, slot: heartbeat.nextSlot(), keys, onPace })
      // Attached before the state is read: what changes from here on is queued.
      group.sessions.add(session)
      size++
      const leave = leaving(session, group, onLeave)
      response.once('close', leave)
      let cursor: Cursor
      try {
        await group.ready
        cursor = await readCursor(cursorText, keys)
      } catch (error) {
        leave()
        throw error
      }
      if (response.destroyed) return leave()
      writeStreamHead(response, headers)
      greet({ session, group, target, cursor, liveness, build })
      heartbeat.add(session)
      flushQueue.add([session])
    },
    get size() {
      return size
    },
    run(signal) {
      signal.addEventListener('abort', groups.close, { once: true })
      return everySecond(signal)
    },
    async drain(seconds) {
      await Promise.all(
        heartbeat.all().map(async (session) => {
          await setTimeout(Math.random() * seconds * 1_000)
          write(session, frame('bye', {}))
          end(session)
        }),
      )
    },
  }
}
