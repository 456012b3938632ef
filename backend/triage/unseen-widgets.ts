import type { Logger } from 'pino'
import { every } from '../base/pause.ts'
import type { Service } from '../base/service.ts'
import { inSlices } from '../base/slice.ts'
import type { Cache } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { IndexedMark } from '../hubs/indexed-mark.ts'

const EVERY = 5_000
/** Keys that one script invalidates, which holds up others meanwhile. */
const AT_ONCE = 1_000

/** Invalidates the keys of widgets that were placed while no daemon ran, whose events of then were matched for nobody. */
export async function invalidateUnseen(options: {
  followed: Pick<FollowedHubs, 'hubs' | 'knownUpTo'>
  mark: IndexedMark
  cache: Pick<Cache, 'invalidate'>
}): Promise<void> {
  const { followed, mark, cache } = options
  // Before it is looked at what is there: what comes meanwhile is above.
  const { knownUpTo } = followed
  const seen = await mark.read()
  const keys = new Set<Key>()
  await inSlices(followed.hubs.values(), (hub) => {
    if (hub.revision <= seen) return
    for (const widget of hub.widgets) if (!widget.problem) keys.add(widget.key)
  })
  const marks = [...keys].map((key) => ({ key }))
  for (let from = 0; from < marks.length; from += AT_ONCE) {
    await cache.invalidate(marks.slice(from, from + AT_ONCE))
  }
  await mark.raise(knownUpTo)
}

/**
 * Raises the mark as this daemon takes in new widgets. Not before `idle`, when their keys are invalidated: whoever starts
 * after a crash takes what is below the mark for done. Nor to the newest revision that is known: a hub may be read newer
 * than its change, before those that came between.
 */
export function markKeeper(options: {
  followed: Pick<FollowedHubs, 'knownUpTo'>
  mark: IndexedMark
  idle: () => Promise<void>
  log: Logger
}): Service {
  const { followed, mark, idle, log } = options
  let raised = 0
  return {
    run: (signal) =>
      every(EVERY, signal, async () => {
        const latest = followed.knownUpTo
        try {
          await idle()
          if (latest !== raised && !signal.aborted) await mark.raise(latest)
          raised = latest
        } catch (error) {
          log.warn({ err: error }, 'how far the index has come could not be noted')
        }
      }),
  }
}
