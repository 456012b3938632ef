import { eq, sql } from 'drizzle-orm'
import { changes, counters, hubs } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { type HubRow, storedHub, widgetsText } from './hub-rows.ts'
import type { StoredHub } from './stored-hub.ts'

/** A hub as it is after changes: written, or gone. */
export interface Changed {
  readonly slug: string
  readonly hub: StoredHub | undefined
}

/** What the log of changes holds after a number, read by one statement and so from one instant. */
export interface News {
  /** Number of the last change there is. */
  readonly latest: number
  /** Number of the last change that is among these. */
  readonly upTo: number
  /** Whether none between was left out: numbers have no holes unless the database is another one. */
  readonly whole: boolean
  /** Each hub once, in the order of its last change. */
  readonly hubs: readonly Changed[]
}

/** Number of the last change; 0 before the first. */
export async function readLatest(db: Database): Promise<number> {
  const [counter] = await db.select().from(counters).where(eq(counters.name, 'changes'))
  return counter?.value ?? 0
}

/**
 * Reads the changes after a number, at most `limit` of them. Prepared once: a daemon asks for every batch of events, and
 * making the statement costs more than all else of asking.
 */
export function newsReader(db: Database): (after: number, limit: number) => Promise<News> {
  let statement: ReturnType<typeof prepareNews> | undefined
  return async (after, limit) => {
    statement ??= prepareNews(db)
    const rows = await statement.execute({ after, limit })
    const changed = rows.flatMap((row) => {
      const { changed: slug, latest: _, last, count, ...hub } = row
      return slug === null ? [] : [{ slug, last: Number(last), count: Number(count), hub }]
    })
    const upTo = changed.at(-1)?.last ?? after
    return {
      latest: rows[0]?.latest ?? 0,
      upTo,
      whole: changed.reduce((sum, { count }) => sum + count, 0) === upTo - after,
      hubs: changed.map(({ slug, hub }) => ({ slug, hub: isThere(hub) ? storedHub(hub) : undefined })),
    }
  }
}

function prepareNews(db: Database) {
  const news = db
    .select({ hub: changes.hub, number: changes.number })
    .from(changes)
    .where(sql`${changes.number} > ${sql.placeholder('after')}`)
    .orderBy(changes.number)
    .limit(sql.placeholder('limit'))
    .as('news')
  const last = db
    .select({
      slug: sql<string>`${news.hub}`.as('changed_hub'),
      last: sql<string>`max(${news.number})`.as('last_change'),
      count: sql<string>`count(*)`.as('change_count'),
    })
    .from(news)
    .groupBy(news.hub)
    .as('last')
  return db
    .select({
      latest: counters.value,
      changed: last.slug,
      last: last.last,
      count: last.count,
      slug: hubs.slug,
      title: hubs.title,
      summary: hubs.summary,
      embedOrigins: hubs.embedOrigins,
      revision: hubs.revision,
      widgets: sql<string | null>`case when ${hubs.slug} is not null then ${widgetsText} end`,
    })
    .from(counters)
    .leftJoin(last, sql`true`)
    .leftJoin(hubs, eq(hubs.slug, last.slug))
    .where(eq(counters.name, 'changes'))
    .orderBy(sql`${last.last}`)
    .prepare('hub_news')
}

/** All columns of a row of `hubs` are there or none is. */
function isThere(hub: { readonly slug: string | null }): hub is HubRow {
  return hub.slug !== null
}
