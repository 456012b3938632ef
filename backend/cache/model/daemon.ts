import type { IndexedMark } from '../../hubs/indexed-mark.ts'
import type { Hub } from '../../hubs/placed.ts'
import { type FollowingIndex, followingIndex } from '../../triage/following-index.ts'
import type { InvalidationTarget } from '../../triage/invalidation-target.ts'
import { type MatchingIndex, matchingIndex } from '../../triage/matching.ts'
import { invalidateUnseen } from '../../triage/unseen-widgets.ts'
import type { Cache } from '../cache.ts'
import type { Key } from '../version.ts'
import type { ChangeReader, Hubs, ModelLayout, Slug } from './hubs.ts'
import type { PublishedEvent } from './world.ts'

/** The triage of one process: the production index, filled as far as it has read the log of changes. */
export interface ModelDaemon {
  /** The keys that an event makes stale, by what is in the index now. */
  match(event: PublishedEvent): readonly Key[]
  /** Takes in the next change of hubs; its new keys are invalidated when this resolves. */
  learn(): Promise<boolean>
  /** Notes how far its index has come. */
  note(): Promise<void>
  /** Whether its index is as far as some daemon has noted. */
  upToMark(): Promise<boolean>
  stop(): void
}

export function createMark(): IndexedMark {
  let highest = 0
  return {
    read: async () => highest,
    async raise(revision) {
      highest = Math.max(highest, revision)
    },
  }
}

/** A process that begins: it reads the log of changes to its end, then invalidates what no index had yet. */
export async function startDaemon(options: {
  readonly cache: Pick<Cache, 'invalidate'>
  readonly hubs: Hubs
  readonly mark: IndexedMark
}): Promise<ModelDaemon> {
  const { cache, hubs, mark } = options
  const reader = hubs.reader()
  const index: MatchingIndex<InvalidationTarget> = matchingIndex()
  const stop = new AbortController()
  let learning = true
  const following = followingIndex({
    index,
    cache: {
      // What it does later, by a clock that is not the model's, is left out: widgets that are gone.
      invalidate: async (marks) => (learning ? cache.invalidate(marks) : { due: false }),
    },
    logger: { warn: () => undefined },
    signal: stop.signal,
  })
  for (const [slug, layout] of reader.layouts) place(following, slug, layout)
  following.ready()
  const followed = { hubs: hubsOf(reader), knownUpTo: newest(reader) }
  await invalidateUnseen({ followed, mark, cache })
  learning = false

  return {
    match: ({ key }) => index.match(topic(key), noEvent).map((target) => target.key),
    async learn() {
      const change = reader.next()
      learning = true
      if (change) place(following, change.slug, change.layout)
      await following.idle()
      learning = false
      return change !== undefined
    },
    note: () => mark.raise(newest(reader)),
    stop: () => stop.abort(),
    upToMark: async () => newest(reader) >= (await mark.read()),
  }
}

const newest = ({ layouts }: ChangeReader) =>
  Math.max(...[...layouts.values()].map(({ revision }) => revision))

const topic = (key: Key) => `changed.${key}`

function noEvent(): never {
  throw new Error('No interest here has criteria.')
}

function place(following: FollowingIndex, slug: Slug, layout: ModelLayout): void {
  for (const [id, key] of layout.widgets)
    following.place({
      id: `${slug}${id}`,
      key,
      interests: [{ topic: topic(key) }],
      reads: key === 'log',
      settle: 0,
    })
}

function hubsOf({ layouts }: ChangeReader): ReadonlyMap<string, Hub> {
  const documents = [...layouts].map(([slug, { revision, widgets }]) => [
    slug,
    { revision, widgets: [...widgets.values()].map((key) => ({ key })) },
  ])
  // As much of a hub as is looked at for what is unseen.
  return new Map(documents as unknown as readonly [string, Hub][])
}
