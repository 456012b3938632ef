import type { Cache, CacheEntry } from '../cache.ts'
import { compareVersions, type Key, type Version } from '../version.ts'

/** A process that tails the feed while others write to it, and keeps the newest version of each key. */
export interface Follower {
  /** How far it has come. @throws what it met. */
  position(): Version
  version(key: Key): Version | undefined
  /** Resolves when `signal` is aborted. */
  readonly done: Promise<void>
}

export function createFollower(
  cache: Cache,
  keys: readonly Key[],
  from: Version,
  signal: AbortSignal,
): Follower {
  const versions = new Map<Key, Version>()
  let at = from
  let met: unknown

  function take({ key, version }: CacheEntry): void {
    const before = versions.get(key)
    if (!before || compareVersions(version, before) > 0) versions.set(key, version)
  }

  async function readAgain(): Promise<void> {
    for (const entry of (await cache.read(keys)).entries) take(entry)
  }

  async function follow(): Promise<void> {
    for await (const batch of cache.tail(from, signal)) {
      if (batch.kind === 'gap') {
        if (batch.to.epoch !== at.epoch || batch.to.offset <= at.offset)
          throw new Error('I5: a gap leads back')
        await readAgain()
        at = batch.to
      } else if (batch.kind === 'epoch') {
        if (batch.epoch <= at.epoch) throw new Error(`I5: epoch ${batch.epoch} after ${at.epoch}`)
        await readAgain()
        at = { epoch: batch.epoch, offset: 0 }
      } else {
        for (const item of batch.entries) {
          if (item.version.epoch !== at.epoch || item.version.offset !== at.offset + 1)
            throw new Error(`I5: A hole in the feed before ${item.version.offset}`)
          at = item.version
          if (item.kind === 'change') take(item.entry)
        }
      }
    }
  }

  return {
    position() {
      if (met) throw met
      return at
    },
    version: (key) => versions.get(key),
    done: follow().catch((error: unknown) => {
      met = error
    }),
  }
}
