import type { WidgetType } from '#widgets/define.ts'
import type { Cache } from '../cache/cache.ts'
import type { Stay } from './admission.ts'
import type { RefreshLeased } from './leased-refresh.ts'
import { LEASE } from './leases.ts'
import type { QueuedKey } from './load-queue.ts'
import type { Loadables } from './loadables.ts'

/** Milliseconds until a key that no placed widget has is looked at again. */
const UNPLACED_RETRY = 60_000

const unplaced = {
  code: 'refused',
  message: 'It was on no page, and has not been loaded since.',
  reference: '',
} as const

/** Asks for the lease of a claimed key whose turn it is, and refreshes it if that is granted. @throws CacheAway */
export type RefreshClaimed = (stay: Stay, queued: QueuedKey) => Promise<void>

export function claimedRefresh(options: {
  readonly cache: Pick<Cache, 'acquire' | 'read' | 'fail'>
  readonly loadables: Pick<Loadables, 'find' | 'catchUp' | 'knows'>
  readonly newToken: () => string
  readonly refreshLeased: RefreshLeased
}): RefreshClaimed {
  const { cache, loadables, newToken, refreshLeased } = options
  const { find, catchUp, knows } = loadables
  return async (stay, { key, urgent }) => {
    if (!find(key)) await catchUp?.()
    const loadable = find(key)
    // Left to the processes that can load it; taken below only to be dropped when nobody looks at it any more.
    if (!knows(key) && (await cache.read([key])).entries[0]?.building) return
    const token = newToken()
    const grant = await cache.acquire(key, token, LEASE, loadable ? minIntervalOf(loadable.type) : 0)
    if (grant.outcome !== 'granted') return
    if (!loadable) return cache.fail(key, token, unplaced, UNPLACED_RETRY)
    await refreshLeased({ stay, loadable, token, grant, urgent })
  }
}

/** Milliseconds that loads of a type keep from each other. */
export const minIntervalOf = ({ definition }: WidgetType): number => definition.minInterval ?? 0
