import type { Logger } from 'pino'
import { retry } from '../base/retry.ts'
import { together } from '../base/together.ts'
import type { StoredMessage } from '../bus/bus.ts'
import type { Cause, Invalidator } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { ReceivedEvent } from '../ingest/event.ts'
import type { EventLog } from '../ingest/event-log.ts'
import type { WriteBehind } from '../ingest/write-behind.ts'
import type { TriageCounts } from './counts.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import type { Finding } from './judge.ts'

/** Events named as the cause of one invalidation. */
const CAUSES = 10
/** Keys that one script invalidates, which holds up others meanwhile. */
const AT_ONCE = 1_000
/** Inserts of events that keys wait for: the database sorts one out while another is put together. */
const LOGGED = { most: 1_024, atOnce: 4 }

export interface Applied<Message> {
  /** Those whose event the log does not take, and why. */
  readonly unlogged: readonly { readonly message: Message; readonly reason: string }[]
}

/** Carries findings out on the stores, waiting for one that is away. Rejects only once `signal` is aborted. */
export interface Apply {
  /**
   * Resolves when the keys that need not wait are invalidated; `rest` then logs the events and invalidates the keys
   * that wait for the log. `refused` hears later of messages whose event the log does not take, of those that nobody
   * waits for.
   */
  begin<Message extends StoredMessage>(
    found: readonly Finding<Message>[],
    refused?: (message: Message, reason: string) => void,
  ): Promise<{ rest(): Promise<Applied<Message>> }>
  /** Invalidates the keys of one finding that `wanted` picks. */
  invalidate(
    found: readonly Finding<unknown>[],
    wanted: (target: InvalidationTarget) => boolean,
  ): Promise<void>
  /** Invalidates the key of each target, with no event as the cause. */
  invalidateAll(targets: Iterable<InvalidationTarget>): Promise<void>
}

export function applier(options: {
  readonly cache: Invalidator
  readonly log: Pick<EventLog, 'append'>
  readonly behind: WriteBehind
  readonly counts: TriageCounts
  readonly logger: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
  /** A key is due: refresh need not wait to be told. */
  readonly onDue: () => void
}): Apply {
  const { cache, log, behind, counts, logger, signal, onDue } = options

  function patiently<Result>(store: string, work: () => Promise<Result>): Promise<Result> {
    return retry(work, {
      signal,
      onFailure(err, attempt) {
        counts.away += 1
        if (attempt === 1) logger.warn({ err }, `Triage waits for the ${store}`)
      },
    })
  }

  async function invalidate(
    found: readonly Finding<unknown>[],
    wanted: (target: InvalidationTarget) => boolean,
  ): Promise<void> {
    const causes = new Map<Key, Cause[]>()
    for (const { event, targets } of found) {
      for (const target of targets) {
        if (!event || !wanted(target)) continue
        const before = causes.get(target.key)
        const cause = { id: event.id, topic: event.topic }
        if (!before) causes.set(target.key, [cause])
        else if (before.at(-1)?.id !== event.id) before.push(cause)
      }
    }
    if (causes.size === 0) return
    const marks = [...causes].flatMap(([key, all]) => all.slice(-CAUSES).map((cause) => ({ key, cause })))
    const { due } = await patiently('cache', () => cache.invalidate(marks))
    counts.invalidated += causes.size
    if (due) onDue()
  }

  /** Those whose keys wait for the log. Also tells why the log does not take an event, by the event. */
  const logged = together(
    async (awaited: readonly Finding<unknown>[]): Promise<ReadonlyMap<unknown, string>> => {
      const events = awaited.flatMap(({ event }) => event ?? [])
      const unlogged = await patiently('database', () => log.append(events))
      counts.logged += events.length - unlogged.length
      counts.unlogged += unlogged.length
      await invalidate(awaited, ({ reads }) => reads)
      return new Map(unlogged.map(({ event, reason }) => [event, reason]))
    },
    LOGGED,
  )

  return {
    invalidate,

    async invalidateAll(targets) {
      const marks = [...new Set([...targets].map(({ key }) => key))].map((key) => ({ key }))
      for (let from = 0; from < marks.length; from += AT_ONCE) {
        const some = marks.slice(from, from + AT_ONCE)
        const { due } = await patiently('cache', () => cache.invalidate(some))
        counts.invalidated += some.length
        if (due) onDue()
      }
    },

    async begin(found, refused) {
      await invalidate(found, ({ reads }) => !reads)
      return {
        async rest() {
          const awaited = found.filter(({ targets }) => targets.some(({ reads }) => reads))
          for (const { event, targets, message } of found) {
            if (!event) counts.dropped += 1
            else if (!targets.some(({ reads }) => reads))
              behind.offer(event, targets.length > 0, message.body.byteLength, (reason) =>
                refused?.(message, reason),
              )
          }
          if (awaited.length === 0) return { unlogged: [] }
          const reasons = await logged(awaited)
          return { unlogged: awaited.flatMap((finding) => reasonOf(finding, reasons)) }
        },
      }
    },
  }
}

function reasonOf<Message>(
  { message, event }: Finding<Message>,
  reasons: ReadonlyMap<unknown, string>,
): { message: Message; reason: string }[] {
  const reason = reasons.get(event satisfies ReceivedEvent | undefined)
  return reason === undefined ? [] : [{ message, reason }]
}
