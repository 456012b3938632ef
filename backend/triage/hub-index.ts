import type { Logger } from 'pino'
import { abortWith } from '../base/abort-with.ts'
import type { Service } from '../base/service.ts'
import type { Cache } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import type { IndexedMark } from '../hubs/indexed-mark.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import { followingIndex } from './following-index.ts'
import { indexHubs } from './index-hubs.ts'
import type { InvalidationTarget } from './invalidation-target.ts'
import { type MatchingIndex, matchingIndex } from './matching.ts'
import { invalidateUnseen, markKeeper } from './unseen-widgets.ts'

/** The matching index of all placed widgets, kept as the hubs change. While it runs it notes how far it has come. */
export interface HubIndex extends Service {
  readonly matching: MatchingIndex<InvalidationTarget>
  /** One of the widgets that show the key, whose load is the same for all of them. */
  widgetOf(key: Key): PlacedWidget | undefined
  /**
   * Takes in all hubs as of now, and invalidates the keys of widgets that were placed while no daemon ran. To be done
   * before the first event is matched, or events of then would miss widgets of before.
   * @throws DatabaseAway, CacheAway
   */
  catchUp(): Promise<void>
  /** Resolves when every widget placed by now is in the index and its key invalidated. @throws DatabaseAway */
  current(): Promise<void>
  /** Resolves when no invalidation of its own is under way. */
  idle(): Promise<void>
}

export function openHubIndex(options: {
  readonly followed: FollowedHubs
  readonly mark: IndexedMark
  readonly cache: Cache
  readonly logger: Logger
  /** A key is due: refresh need not wait to be told. */
  readonly onDue: () => void
}): HubIndex {
  const { followed, mark, cache, logger, onDue } = options
  const ending = new AbortController()
  const matching = matchingIndex<InvalidationTarget>()
  const following = followingIndex({ index: matching, cache, logger, signal: ending.signal, onDue })
  const keeper = markKeeper({ followed, mark, idle: following.idle, log: logger })
  // From the first hub that is read, so that none is gone through twice.
  indexHubs(followed, following)
  return {
    matching,
    widgetOf(key) {
      const widget = followed.widgets.get(following.shows(key) ?? '')
      return widget?.problem ? undefined : widget
    },
    async catchUp() {
      await followed.caughtUp()
      following.ready()
      await invalidateUnseen({ followed, mark, cache })
    },
    async current() {
      await followed.caughtUp()
      await following.idle()
    },
    idle: following.idle,
    run(signal) {
      abortWith(ending, signal)
      return keeper.run(signal)
    },
  }
}
