import { and, asc, eq, gt, inArray, ne, sql } from 'drizzle-orm'
import { changes, counters, hubs, widgets } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { toldWhenAway } from '../db/database-away.ts'
import { type HubDocument, parseHubDocument, type TypeOf } from './document.ts'
import { HubError } from './hub-error.ts'
import { readHubs } from './hub-rows.ts'
import { comparable, keepIds } from './keep-ids.ts'
import { checkSlug, isSlug } from './slug.ts'
import type { StoredHub } from './stored-hub.ts'

/** Channel of the hint that `changes` has grown. */
export const CHANGES_CHANNEL = 'hubs_changes'

/** What a writer believes of the hub: whether there is one, or which revision it is at one of. */
export type Expectation = { readonly exists: boolean } | { readonly revisions: readonly number[] }

export interface WriteOptions {
  readonly expect?: Expectation | undefined
  /** Says what would be done, and does nothing. */
  readonly dryRun?: boolean | undefined
}

export interface Written {
  readonly hub: StoredHub
  readonly outcome: 'created' | 'replaced' | 'unchanged'
}

export interface Change {
  readonly number: number
  readonly hub: string
}

/** The door to the tables of hubs. Every verb rejects with `DatabaseAway` while the database cannot be reached. */
export interface HubsRoom {
  /** By slug. */
  all(): Promise<StoredHub[]>
  some(slugs: readonly string[]): Promise<StoredHub[]>
  get(slug: string): Promise<StoredHub | undefined>
  /** Creates or replaces a hub by a whole document, as it came from outside. @throws HubError */
  put(slug: string, document: unknown, options?: WriteOptions): Promise<Written>
  /** @throws HubError */
  remove(slug: string, options?: WriteOptions): Promise<void>
  /** Number of the last change; 0 before the first. */
  latestChange(): Promise<number>
  /** In order, without holes. */
  changesAfter(number: number, limit: number): Promise<Change[]>
}

/** `db` may be a transaction, which the writes are then part of. */
export function hubsRoom({ db, typeOf }: { db: Database; typeOf: TypeOf }): HubsRoom {
  /** Runs `work` as the only writer: whoever holds the counter's row has the next number, and commits before the one after. */
  function write<Result>(work: (tx: Database, next: number) => Promise<Result>): Promise<Result> {
    return toldWhenAway(() =>
      db.transaction(async (tx) => {
        const [counter] = await tx.select().from(counters).where(eq(counters.name, 'changes')).for('update')
        if (!counter) throw new Error('The counter of changes is missing: the database was not migrated.')
        return work(tx, counter.value + 1)
      }),
    )
  }

  async function record(tx: Database, number: number, hub: string, kind: 'put' | 'delete'): Promise<void> {
    await tx.insert(changes).values({ number, hub, kind })
    await tx.update(counters).set({ value: number }).where(eq(counters.name, 'changes'))
    await tx.execute(sql`select pg_notify(${CHANGES_CHANNEL}, '')`)
  }

  return {
    all: () => toldWhenAway(() => readHubs(db)),
    some: (slugs) => toldWhenAway(() => readHubs(db, slugs)),
    get: (slug) => toldWhenAway(async () => (await readHubs(db, [slug]))[0]),

    async put(slug, raw, { expect, dryRun = false } = {}) {
      checkSlug(slug)
      const document = parseHubDocument(raw, typeOf)
      return write(async (tx, revision): Promise<Written> => {
        const [before] = await readHubs(tx, [slug])
        checkExpectation(before, expect)
        await checkIds(tx, slug, document)
        const hub = {
          slug,
          ...document,
          revision,
          widgets: keepIds(document.widgets, before?.widgets ?? [], typeOf),
        }
        if (before && comparable(before, typeOf) === comparable(hub, typeOf))
          return { hub: before, outcome: 'unchanged' }
        if (!dryRun) {
          await writeRows(tx, hub)
          await record(tx, revision, slug, 'put')
        }
        return { hub, outcome: before ? 'replaced' : 'created' }
      })
    },

    async remove(slug, { expect, dryRun = false } = {}) {
      const missing = () => new HubError('hub-missing', `There is no hub “${slug}”.`)
      // Not asked of the database, which fails on a NUL.
      if (!isSlug(slug)) throw missing()
      await write(async (tx, number) => {
        const [before] = await readHubs(tx, [slug])
        if (!before) throw missing()
        checkExpectation(before, expect)
        if (dryRun) return
        await tx.delete(hubs).where(eq(hubs.slug, slug))
        await record(tx, number, slug, 'delete')
      })
    },

    latestChange: () =>
      toldWhenAway(async () => {
        const [counter] = await db.select().from(counters).where(eq(counters.name, 'changes'))
        return counter?.value ?? 0
      }),
    changesAfter: (number, limit) =>
      toldWhenAway(() =>
        db
          .select({ number: changes.number, hub: changes.hub })
          .from(changes)
          .where(gt(changes.number, number))
          .orderBy(asc(changes.number))
          .limit(limit),
      ),
  }
}

function checkExpectation(hub: StoredHub | undefined, expected: Expectation | undefined): void {
  if (!expected) return
  const met =
    'exists' in expected
      ? expected.exists === (hub !== undefined)
      : hub !== undefined && expected.revisions.includes(hub.revision)
  if (met) return
  const now = hub ? `it is at revision ${hub.revision}` : 'there is none'
  throw new HubError(
    'hub-changed',
    `The hub is not as expected: ${now}. Read it again, then repeat your change.`,
  )
}

/** An id names one widget of the installation, for it stands in the embeds of other pages. */
async function checkIds(tx: Database, slug: string, document: HubDocument): Promise<void> {
  const given = document.widgets.flatMap(({ id }) => (id === undefined ? [] : [id]))
  if (given.length === 0) return
  const taken = await tx
    .select({ id: widgets.id, hub: widgets.hub })
    .from(widgets)
    .where(and(inArray(widgets.id, given), ne(widgets.hub, slug)))
  const [first] = taken
  if (!first) return
  const message = `The id “${first.id}” belongs to a widget of the hub “${first.hub}”. Leave the id out to get a new one.`
  const errors = document.widgets.flatMap(({ id }, index) =>
    taken.some((row) => row.id === id)
      ? [{ field: `/widgets/${index}/id`, message: 'belongs to another hub' }]
      : [],
  )
  throw new HubError('widget-taken', message, errors)
}

async function writeRows(tx: Database, hub: StoredHub): Promise<void> {
  const { slug, title, summary, visibility, revision } = hub
  const row = {
    title,
    summary,
    visibility,
    revision,
    embedOrigins: [...hub.embedOrigins],
    updatedAt: new Date(),
  }
  await tx
    .insert(hubs)
    .values({ slug, ...row })
    .onConflictDoUpdate({ target: hubs.slug, set: row })
  await tx.delete(widgets).where(eq(widgets.hub, slug))
  if (hub.widgets.length === 0) return
  await tx.insert(widgets).values(
    hub.widgets.map(({ id, type, title, config, position }, place) => ({
      ...{ id, hub: slug, type, title, config, place },
      ...position,
    })),
  )
}
