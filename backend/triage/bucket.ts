import { swapRemove } from '../base/swap-remove.ts'
import type { HubEvent } from '../ingest/event.ts'
import { type Criterion, compileCriteria, fieldReader } from './criterion.ts'
import { type FilteredMap, filteredMap, get, remove, set } from './filtered-map.ts'

/** One interest of one instance, as it lies in a bucket. */
export interface Posting<Owner> {
  readonly owner: Owner
  /** The criterion it lies under; the others are `rest`. */
  readonly access: Criterion | undefined
  readonly rest: ((event: HubEvent) => boolean) | undefined
  list: Posting<Owner>[]
  at: number
}

interface Field<Owner> {
  readonly read: (event: HubEvent) => unknown
  readonly byValue: FilteredMap<Posting<Owner>[]>
}

/**
 * The interests of one topic pattern. Each lies under its most selective equality (the access predicate of Fabret et
 * al., “Filtering algorithms and implementation for very fast publish/subscribe systems”, SIGMOD 2001), so that an event
 * meets only those that agree with it there.
 */
export interface Bucket<Owner> {
  /** Those without criteria. Like `fields`, made when first needed: there is a bucket for each of a million patterns. */
  plain: Posting<Owner>[] | undefined
  fields: Map<string, Field<Owner>> | undefined
}

export function emptyBucket<Owner>(): Bucket<Owner> {
  return { plain: undefined, fields: undefined }
}

export function isEmpty({ plain, fields }: Bucket<unknown>): boolean {
  return !plain?.length && !fields?.size
}

export function put<Owner>(
  bucket: Bucket<Owner>,
  owner: Owner,
  criteria: readonly Criterion[],
): Posting<Owner> {
  const access = mostSelective(bucket, criteria)
  const rest = compileCriteria(criteria.filter((criterion) => criterion !== access))
  const list = access ? listOf(bucket, access) : bucket.plain
  if (list) {
    const posting = { owner, access, rest, list, at: list.length }
    list.push(posting)
    return posting
  }
  const posting: Posting<Owner> = { owner, access, rest, list: [], at: 0 }
  // Most lists hold one: a push to an empty list would make room for seventeen.
  posting.list = [posting]
  if (access) setList(bucket, access, posting.list)
  else bucket.plain = posting.list
  return posting
}

export function take<Owner>({ fields }: Bucket<Owner>, posting: Posting<Owner>): void {
  const { access, list } = posting
  swapRemove(list, posting)
  if (!access || list.length > 0) return
  const byValue = fields?.get(access[0])?.byValue
  if (byValue) remove(byValue, access[1])
  if (byValue?.entries.size === 0) fields?.delete(access[0])
}

/** Calls `found` with the owner of every interest that the event meets, once for each interest. */
export function visit<Owner>(
  { plain, fields }: Bucket<Owner>,
  event: () => HubEvent,
  found: (owner: Owner) => void,
): void {
  if (plain) for (const { owner } of plain) found(owner)
  if (!fields?.size) return
  const whole = event()
  for (const { read, byValue } of fields.values()) {
    const list = get(byValue, read(whole))
    if (list) for (const { owner, rest } of list) if (!rest || rest(whole)) found(owner)
  }
}

/** Calls `found` with the owner of every interest, whatever its criteria. */
export function visitAll<Owner>({ plain, fields }: Bucket<Owner>, found: (owner: Owner) => void): void {
  for (const { owner } of plain ?? []) found(owner)
  for (const { byValue } of fields?.values() ?? []) {
    for (const list of byValue.entries.values()) for (const { owner } of list) found(owner)
  }
}

/** Where fewest lie already; among equals, the field that tells most values apart. */
function mostSelective(bucket: Bucket<unknown>, criteria: readonly Criterion[]): Criterion | undefined {
  let best: Criterion | undefined
  let fewest = Number.POSITIVE_INFINITY
  let widest = -1
  for (const criterion of criteria) {
    const byValue = bucket.fields?.get(criterion[0])?.byValue
    const beside = (byValue && get(byValue, criterion[1])?.length) ?? 0
    const values = byValue?.entries.size ?? 0
    if (beside < fewest || (beside === fewest && values > widest)) {
      best = criterion
      fewest = beside
      widest = values
    }
  }
  return best
}

function listOf<Owner>(bucket: Bucket<Owner>, [name, value]: Criterion): Posting<Owner>[] | undefined {
  const byValue = bucket.fields?.get(name)?.byValue
  return byValue && get(byValue, value)
}

function setList<Owner>(bucket: Bucket<Owner>, [name, value]: Criterion, list: Posting<Owner>[]): void {
  bucket.fields ??= new Map()
  let field = bucket.fields.get(name)
  if (!field) {
    field = { read: fieldReader(name), byValue: filteredMap() }
    bucket.fields.set(name, field)
  }
  set(field.byValue, value, list)
}
