import type { Status } from '#contract/widget-state.ts'
import { type CacheEntry, INLINE_LIMIT, isAudit } from '../cache/cache.ts'
import { formatVersion, type Key, type Version } from '../cache/version.ts'

/** A placed widget as the stream needs it. */
export interface Shown {
  readonly id: string
  readonly key: Key
  /** The key as the outside sees it. */
  readonly token: string
  readonly schema: string
}

export function statusOf(entry: CacheEntry): Status {
  if (entry.error?.code === 'unavailable') return 'unavailable'
  if (entry.error) return 'failed'
  if (!entry.hasData) return 'loading'
  if (entry.fresh) return entry.empty ? 'empty' : 'fresh'
  return entry.building ? 'refreshing' : 'stale'
}

/** The members every outside picture of a widget shares, as JSON text without braces; data not among them. */
export function stateMembers(entry: CacheEntry, shown: Pick<Shown, 'token' | 'schema'>): string {
  return identityMembers(entry.version, shown) + commonMembers(entry)
}

/** Those that say which state of what it is, with a comma behind them. */
export function identityMembers(
  version: Version,
  { token, schema }: Pick<Shown, 'token' | 'schema'>,
): string {
  return `"key":${JSON.stringify(token)},"version":"${formatVersion(version)}","schema":${JSON.stringify(schema)},`
}

/** Those that are the same for whoever shows it. One flat text: it is kept for every key that somebody looks at. */
export function commonMembers(entry: CacheEntry): string {
  const { error, loadedAt, checkedAt } = entry
  const members = [
    `"status":"${statusOf(entry)}","loadedAt":${loadedAt ?? null},"checkedAt":${checkedAt ?? null}`,
  ]
  if (error) {
    const { code, message, reference } = error
    members.push(`"error":${JSON.stringify({ code, message, reference })}`)
  }
  const cause = entry.cause.filter((each) => !isAudit(each))
  const newest = cause.at(-1)
  if (newest) {
    members.push(
      `"cause":${JSON.stringify(cause.map(({ id }) => id))}`,
      `"topic":${JSON.stringify(newest.topic)}`,
    )
  }
  return members.join(',')
}

/** Where data too large for a frame is read, by a widget that shows it; immutable while it is the version asked for. */
export function dataHref(
  { version, dataOffset }: Pick<CacheEntry, 'version' | 'dataOffset'>,
  { id, token }: Pick<Shown, 'id' | 'token'>,
  basePath: string,
): string {
  return `${basePath}/api/v1/data/${token}/${version.epoch}/${dataOffset}?widget=${id}`
}

export function fitsInline(data: string): boolean {
  return data.length <= INLINE_LIMIT && Buffer.byteLength(data) <= INLINE_LIMIT
}
