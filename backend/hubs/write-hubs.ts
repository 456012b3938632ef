import { inArray, sql } from 'drizzle-orm'
import { hubs, widgets } from '#drizzle/schema.ts'
import { appendChanges, holdNumbers } from '../changes/append-changes.ts'
import type { Author, NewChange } from '../changes/change.ts'
import type { Database } from '../db/database.ts'
import { documentOf } from './document-of.ts'
import { ownersOf, readHubs } from './hub-rows.ts'
import type { StoredHub } from './stored-hub.ts'

/** Rows of one insert: Postgres takes 65,535 parameters, and a widget has 10. */
const ROWS = 5_000

/** One write, as far as the others of its group have to know of it. */
export interface Write {
  readonly slug: string
  readonly by: Author
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
    // Asked at once and answered in order, so that what is read is what the last holder of the numbers left.
    const [last, present, owners] = await Promise.all([
      holdNumbers(tx),
      readHubs(tx, slugs),
      ownersOf(tx, [...new Set(group.flatMap(({ ids }) => ids))]),
    ])
    const before = new Map(present.map((hub) => [hub.slug, hub]))
    const { now, made, failures } = decideAll(group, last, before, new Map(owners))
    if (made.length > 0) await Promise.all([writeRows(tx, made, now), appendChanges(tx, last, made)])
    return failures
  })
}

function decideAll(
  group: readonly Write[],
  last: number,
  before: ReadonlyMap<string, StoredHub>,
  owners: Map<string, string>,
) {
  const now = new Map<string, StoredHub | undefined>()
  const made: NewChange[] = []
  const failures = group.map(({ slug, by, decide }) => {
    try {
      const present = now.has(slug) ? now.get(slug) : before.get(slug)
      const number = last + made.length + 1
      const decided = decide(present, number, (id) => owners.get(id))
      if (!decided) return undefined
      const { after } = decided
      for (const { id } of present?.widgets ?? []) if (owners.get(id) === slug) owners.delete(id)
      for (const { id } of after?.widgets ?? []) owners.set(id, slug)
      now.set(slug, after)
      made.push({
        ...by,
        subject: { kind: 'hub', id: slug },
        kind: after ? 'put' : 'delete',
        after: after ? documentOf(after) : null,
      })
      return undefined
    } catch (error) {
      return error
    }
  })
  return { now, made, failures }
}

/** Only how things are after the last of the writes. */
async function writeRows(
  tx: Database,
  made: readonly NewChange[],
  now: ReadonlyMap<string, StoredHub | undefined>,
): Promise<void> {
  const there = [...now.values()].filter((hub) => hub !== undefined)
  // Also one that is there again, which is another hub.
  const removed = [...new Set(made.filter(({ kind }) => kind === 'delete').map(({ subject }) => subject.id))]
  const rows = there.flatMap(widgetRows)
  await Promise.all([
    ...(removed.length > 0 ? [tx.delete(hubs).where(inArray(hubs.slug, removed))] : []),
    tx.delete(widgets).where(inArray(widgets.hub, [...now.keys()])),
    ...(there.length > 0 ? [upsert(tx, there)] : []),
    ...Array.from({ length: Math.ceil(rows.length / ROWS) }, (_, at) =>
      tx.insert(widgets).values(rows.slice(at * ROWS, (at + 1) * ROWS)),
    ),
  ])
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
