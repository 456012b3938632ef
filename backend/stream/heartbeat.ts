import type { StreamEvents } from '#contract/stream-events.ts'
import { inSlices } from '../base/slice.ts'
import type { Version } from '../cache/version.ts'
import { frame } from './frame.ts'
import type { Liveness } from './liveness.ts'
import { advance, type StreamSession, write } from './session.ts'

/** Seconds between two beats of one session: a page that hears nothing for a quarter longer is not live. */
export const HEARTBEAT = 8
/** Milliseconds one slice of beats may keep the event loop. */
const SLICE = 4

/**
 * Tells each session, regularly and at once when it changes whether pages are live, up to when events are in the data.
 */
export interface Heartbeat {
  /** Which second of each heartbeat is the next session's, so that beats are spread evenly. */
  nextSlot(): number
  add(session: StreamSession): void
  delete(session: StreamSession): void
  /** To be called every second: sends the beats of those whose second it is. */
  tick(): Promise<void>
  all(): StreamSession[]
}

export function openHeartbeat(liveness: Liveness): Heartbeat {
  const slots = Array.from({ length: HEARTBEAT }, () => new Set<StreamSession>())
  let given = 0
  let slot = 0
  let wasLive = liveness.live()

  /** Sends beats that tell of this moment. Sessions with the same cursor are sent the same frame, made once. */
  function beats(): (session: StreamSession) => void {
    const told = pulseOf(liveness)
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

  async function beatInSlices(sessions: Iterable<StreamSession>): Promise<void> {
    let beat = beats()
    const onNext = () => {
      beat = beats()
    }
    await inSlices([...sessions], (session) => beat(session), { ms: SLICE, onNext })
  }

  return {
    nextSlot: () => given++ % HEARTBEAT,
    add: (session) => void slots[session.slot]?.add(session),
    delete: (session) => void slots[session.slot]?.delete(session),
    async tick() {
      slot = (slot + 1) % HEARTBEAT
      const isLive = liveness.live()
      // A page must learn at once that the line fell behind or recovered, not with its next beat.
      if (isLive !== wasLive) for (const some of slots) await beatInSlices(some)
      else await beatInSlices(slots[slot] ?? [])
      wasLive = isLive
    },
    all: () => slots.flatMap((some) => [...some]),
  }
}

/** Up to when every event is in the data, and why not up to now. */
export function pulseOf(liveness: Liveness): StreamEvents['beat'] {
  const why = liveness.why()
  return {
    now: liveness.now(),
    through: liveness.through(),
    ...(why === undefined ? {} : { why }),
  }
}
