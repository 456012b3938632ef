import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Cache } from '../cache/cache.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { IndexedMark } from '../hubs/indexed-mark.ts'

const EVERY = 5_000

const newest = (followed: Pick<FollowedHubs, 'hubs'>) =>
  Math.max(0, ...[...followed.hubs.values()].map(({ revision }) => revision))

/** Invalidates the keys of widgets that were placed while no daemon ran, whose events of then were matched for nobody. */
export async function invalidateUnseen(options: {
  followed: Pick<FollowedHubs, 'hubs'>
  mark: IndexedMark
  cache: Pick<Cache, 'invalidate'>
}): Promise<void> {
  const { followed, mark, cache } = options
  const seen = await mark.read()
  const keys = new Set(
    [...followed.hubs.values()]
      .filter(({ revision }) => revision > seen)
      .flatMap(({ widgets }) => widgets.flatMap((widget) => (widget.problem ? [] : [widget.key]))),
  )
  if (keys.size > 0) await cache.invalidate([...keys].map((key) => ({ key })))
  await mark.raise(newest(followed))
}

/**
 * Raises the mark as this daemon takes in new widgets, until `signal` aborts. Not before `idle`, when their keys are
 * invalidated: whoever starts after a crash takes what is below the mark for done.
 */
export async function keepMark(options: {
  followed: Pick<FollowedHubs, 'hubs'>
  mark: IndexedMark
  idle: () => Promise<void>
  log: Logger
  signal: AbortSignal
}): Promise<void> {
  const { followed, mark, idle, log, signal } = options
  let raised = 0
  while (!signal.aborted) {
    const latest = newest(followed)
    try {
      await idle()
      if (latest !== raised && !signal.aborted) await mark.raise(latest)
      raised = latest
    } catch (error) {
      log.warn({ err: error }, 'how far the index has come could not be noted')
    }
    await setTimeout(EVERY, undefined, { signal }).catch(() => {})
  }
}
