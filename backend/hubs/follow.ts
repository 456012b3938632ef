import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { inSlices } from '../base/slice.ts'
import type { OpenDatabase } from '../db/database.ts'
import { type HubChange, type HubMemory, hubMemory } from './hub-memory.ts'
import type { HubsRoom } from './hubs.ts'
import type { Place } from './placed.ts'
import type { StoredHub } from './stored-hub.ts'
import { CHANGES_CHANNEL } from './write-hubs.ts'

/** Milliseconds between two reads of the log of changes when nothing hints at one. */
const INTERVAL = 1_000
/** Milliseconds without an answer after which the database counts as away although no error said so. */
const PATIENCE = 5_000
/** Milliseconds from a read to the next that a hint asks for, so that many writes are few reads. */
const BETWEEN_HINTS = 25
const BATCH = 1_000

/** All hubs as of the last change read; the last known ones while the database is away. */
export interface FollowedHubs extends HubMemory {
  /** Whether the database has stopped answering. */
  readonly away: boolean
  /** Moment, by `performance.now()`, of the last read of the log of changes: every edit up to then is known. */
  readonly knownAt: number
  /** Resolves once all hubs are loaded; rejects if `signal` is aborted before. */
  readonly ready: Promise<void>
  /** Reads the log of changes to its end as of now. @throws DatabaseAway */
  caughtUp(): Promise<void>
  /** Calls back for each hub there is, then for every change, in order. Returns its own undo. */
  onChange(listener: (change: HubChange) => void): () => void
}

/** Holds all hubs in memory and follows their log of changes until `signal` aborts. */
export function followHubs(options: {
  hubs: HubsRoom
  place: Place
  listen: OpenDatabase['listen']
  log: Logger
  signal: AbortSignal
}): FollowedHubs {
  const { hubs, place, listen, log, signal } = options
  const memory = hubMemory()
  const listeners = new Set<(change: HubChange) => void>()
  let position: number | undefined
  let failing = false
  let answeredAt = performance.now()
  let heardAt = answeredAt
  let reading: Promise<void> = Promise.resolve()
  let next: Promise<void> | undefined
  let listening = false
  let hinted = false
  let wake = () => {}

  function set(slug: string, stored: StoredHub | undefined): void {
    const change = memory.set(slug, stored && place(stored))
    if (change.before || change.after) for (const listener of listeners) tell(listener, change)
  }

  function tell(listener: (change: HubChange) => void, change: HubChange): void {
    try {
      listener(change)
    } catch (error) {
      log.error({ err: error, hub: change.slug }, 'a follower of hubs failed on a change')
    }
  }

  /** What is written meanwhile is met again as a change after `latest`. */
  async function readAll(): Promise<void> {
    const latest = await hubs.latestChange()
    const gone = new Set(memory.hubs.keys())
    for await (const page of hubs.all()) {
      await inSlices(page, (hub) => {
        gone.delete(hub.slug)
        set(hub.slug, hub)
      })
      // As long as it answers it is not away, however many hubs there are.
      heardAt = performance.now()
    }
    for (const slug of gone) set(slug, undefined)
    position = latest
  }

  async function readOn(): Promise<void> {
    const asked = performance.now()
    if (position === undefined) await readAll()
    for (let end = false; !end; ) {
      const from: number = position ?? 0
      const { latest, upTo, whole, hubs: changed } = await hubs.changesAfter(from, BATCH)
      // A lower number, or a hole: the database was restored from another copy.
      if (latest < from || !whole || (upTo < latest && changed.length === 0)) {
        await readAll()
        continue
      }
      await inSlices(changed, ({ slug, hub }) => {
        // Already known when a read before this one met the hub newer than its change.
        if (hub?.revision !== memory.hubs.get(slug)?.revision) set(slug, hub)
      })
      position = upTo
      end = upTo >= latest
    }
    answeredAt = asked
    heardAt = Math.max(heardAt, asked)
  }

  /** One read at a time, each begun after it was asked for; all who ask while one goes on share the next. */
  function read(): Promise<void> {
    next ??= reading
      .catch(() => {})
      .then(() => {
        next = undefined
        reading = readOn()
        return reading
      })
    return next
  }

  function hint(): void {
    hinted = true
    wake()
  }

  async function idle(): Promise<void> {
    await setTimeout(BETWEEN_HINTS, undefined, { signal }).catch(() => {})
    if (hinted || signal.aborted) return
    return new Promise((resolve) => {
      const timer = globalThis.setTimeout(resolve, INTERVAL)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function follow(onReady: () => void): Promise<void> {
    while (!signal.aborted) {
      hinted = false
      try {
        if (!listening) await listen(CHANGES_CHANNEL, hint)
        listening = true
        await read()
        failing = false
        onReady()
      } catch (error) {
        if (!failing)
          log.warn(
            { err: error },
            'The log of hub changes cannot be read: hubs stay as they were last known.',
          )
        failing = true
      }
      await idle()
    }
  }

  const ready = new Promise<void>((resolve, reject) => {
    signal.addEventListener('abort', () => {
      wake()
      reject(signal.reason)
    })
    void follow(resolve)
  })
  // Whoever waits for it hears of it; when nobody does, an end before the start is no fault.
  ready.catch(() => {})

  return {
    ...memory,
    get away() {
      return failing || performance.now() - heardAt > PATIENCE
    },
    get knownAt() {
      return answeredAt
    },
    ready,
    caughtUp: read,
    onChange(listener) {
      listeners.add(listener)
      for (const [slug, after] of memory.hubs) tell(listener, { slug, after })
      return () => listeners.delete(listener)
    },
  }
}
