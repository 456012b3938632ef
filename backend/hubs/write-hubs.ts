import { eq, inArray, sql } from 'drizzle-orm'
import { changes, counters, hubs, widgets } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { ownersOf, readHubs } from './hub-rows.ts'
import type { StoredHub } from './stored-hub.ts'

/** Channel of the hint that `changes` has grown. */
export const CHANGES_CHANNEL = 'hubs_changes'

/** Rows of one insert: Postgres takes 65,535 parameters, and a widget has 10. */
const ROWS = 5_000

/** One write, as far as the others of its group have to know of it. */
export interface Write {
  readonly slug: string
  /** Ids of widgets it names. */
  readonly ids: readonly string[]
  /**
   * What becomes of the hub that is there, as change `number`; `undefined` when nothing does. `ownerOf` is the hub
   * that has a widget of that id. Whatever it throws is this write's own failure.
   */
  decide(
    before: StoredHub | undefined,
    number: number,
    ownerOf: (id: string) => string | undefined,
  ): { readonly after: StoredHub | undefined } | undefined
}

/**
 * Carries writes out in their order, in one transaction, and gives what each failed with. Whoever holds the counter's
 * row has the next numbers, and commits before whoever has those after.
 */
export function writeHubs(db: Database, group: readonly Write[]): Promise<readonly unknown[]> {
  const slugs = [...new Set(group.map(({ slug }) => slug))]
  return db.transaction(async (tx) => {
    // Asked at once and answered in order, so that what is read is what the last holder of the row left. A query that
    // is merely awaited is sent a step later than those below, which would then be read before the row is ours.
    const [[counter], present, owners] = await Promise.all([
      tx.select().from(counters).where(eq(counters.name, 'changes')).for('update').execute(),
      readHubs(tx, slugs),
      ownersOf(tx, [...new Set(group.flatMap(({ ids }) => ids))]),
    ])
    if (!counter) throw new Error('The counter of changes is missing: the database was not migrated.')
    const before = new Map(present.map((hub) => [hub.slug, hub]))
    const { now, made, failures } = decideAll(group, counter.value, before, new Map(owners))
    if (made.length > 0) await writeRows(tx, counter.value + made.length, made, now)
    return failures
  })
}

interface Change {
  readonly number: number
  readonly hub: string
  readonly kind: 'put' | 'delete'
}

function decideAll(
  group: readonly Write[],
  last: number,
  before: ReadonlyMap<string, StoredHub>,
  owners: Map<string, string>,
) {
  const now = new Map<string, StoredHub | undefined>()
  const made: Change[] = []
  const failures = group.map(({ slug, decide }) => {
    try {
      const present = now.has(slug) ? now.get(slug) : before.get(slug)
      const number = last + made.length + 1
      const decided = decide(present, number, (id) => owners.get(id))
      if (!decided) return undefined
      const { after } = decided
      for (const { id } of present?.widgets ?? []) if (owners.get(id) === slug) owners.delete(id)
      for (const { id } of after?.widgets ?? []) owners.set(id, slug)
      now.set(slug, after)
      made.push({ number, hub: slug, kind: after ? 'put' : 'delete' })
      return undefined
    } catch (error) {
      return error
    }
  })
  return { now, made, failures }
}

/** Only how things are after the last of the writes is written, and all writes to the log. */
async function writeRows(
  tx: Database,
  last: number,
  made: readonly Change[],
  now: ReadonlyMap<string, StoredHub | undefined>,
): Promise<void> {
  const there = [...now.values()].filter((hub) => hub !== undefined)
  const removed = [...new Set(made.filter(({ kind }) => kind === 'delete').map(({ hub }) => hub))]
  const rows = there.flatMap(widgetRows)
  const statements = [
    ...(removed.length > 0 ? [tx.delete(hubs).where(inArray(hubs.slug, removed))] : []),
    tx.delete(widgets).where(inArray(widgets.hub, [...now.keys()])),
    ...(there.length > 0 ? [upsert(tx, there)] : []),
    ...Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, at) =>
      tx.insert(widgets).values(rows.slice(at * ROWS, (at + 1) * ROWS)),
    ),
    tx.insert(changes).values([...made]),
    tx.update(counters).set({ value: last }).where(eq(counters.name, 'changes')),
    tx.execute(sql`select pg_notify(${CHANGES_CHANNEL}, '')`),
  ]
  await Promise.all(statements)
}

function upsert(tx: Database, there: readonly StoredHub[]) {
  const updatedAt = new Date()
  const excluded = (column: string) => sql.raw(`excluded.${column}`)
  return tx
    .insert(hubs)
    .values(
      there.map(({ slug, title, summary, visibility, embedOrigins, revision }) => ({
        ...{ slug, title, summary, visibility, revision, updatedAt },
        embedOrigins: [...embedOrigins],
      })),
    )
    .onConflictDoUpdate({
      target: hubs.slug,
      set: {
        title: excluded('title'),
        summary: excluded('summary'),
        visibility: excluded('visibility'),
        embedOrigins: excluded('embed_origins'),
        revision: excluded('revision'),
        updatedAt: excluded('updated_at'),
      },
    })
}

function widgetRows(hub: StoredHub): (typeof widgets.$inferInsert)[] {
  return hub.widgets.map(({ id, type, title, config, position }, place) => ({
    ...{ id, hub: hub.slug, type, title, config, place },
    ...position,
  }))
}
