import { asc, gt, inArray, type SQL, sql } from 'drizzle-orm'
import { hubs, widgets } from '#drizzle/schema.ts'
import type { Json } from '#widgets/define.ts'
import type { Database } from '../db/database.ts'
import type { StoredHub, StoredWidget } from './stored-hub.ts'

/** Hubs of one read: few statements for all of an installation, and no long pause for what waits meanwhile. */
const PAGE = 250

/**
 * All widgets of a row of `hubs`, as JSON text: so a hub is read whole by one statement, and is held in memory as one
 * text where objects for each widget would be ten times as large.
 */
const widgetsText = sql<string>`(select coalesce(json_agg(
  json_build_array(w.id, w.type, w.title, w.config, w.x, w.y, w.w, w.h) order by w.place), '[]')::text
  from ${widgets} w where w.hub = ${hubs}.slug)`

const columns = {
  slug: hubs.slug,
  title: hubs.title,
  summary: hubs.summary,
  embedOrigins: hubs.embedOrigins,
  revision: hubs.revision,
  widgets: widgetsText,
}

interface HubRow extends Pick<StoredHub, 'slug' | 'title' | 'summary' | 'embedOrigins' | 'revision'> {
  /** JSON text, as `widgetsText` makes it. */
  readonly widgets: string
}

/** The hubs of these slugs, by slug. */
export async function readHubs(db: Database, slugs: readonly string[]): Promise<StoredHub[]> {
  return (await select(db, inArray(hubs.slug, [...slugs]))).map(storedHub)
}

/** All hubs, by slug, each whole; not all as of one instant. */
export async function* readAllHubs(db: Database): AsyncGenerator<readonly StoredHub[]> {
  let after: string | undefined
  for (;;) {
    const rows = await select(db, after === undefined ? undefined : gt(hubs.slug, after), PAGE)
    if (rows.length > 0) yield rows.map(storedHub)
    if (rows.length < PAGE) return
    after = rows.at(-1)?.slug
  }
}

function select(db: Database, where: SQL | undefined, limit?: number): Promise<HubRow[]> {
  const query = db.select(columns).from(hubs).where(where).orderBy(asc(hubs.slug))
  return limit === undefined ? query : query.limit(limit)
}

/** The ids of these that belong to a widget of the installation, with its hub. */
export async function ownersOf(db: Database, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select({ id: widgets.id, hub: widgets.hub })
    .from(widgets)
    .where(inArray(widgets.id, [...ids]))
  return new Map(rows.map(({ id, hub }) => [id, hub]))
}

function storedHub({ widgets: text, ...row }: HubRow): StoredHub {
  return {
    ...row,
    visibility: 'public',
    get widgets() {
      // The statement's own text, of what `parseHubDocument` let in.
      return (JSON.parse(text) as WidgetRow[]).map(storedWidget)
    },
  }
}

type WidgetRow = readonly [
  id: string,
  type: string,
  title: string | null,
  config: Json,
  x: number,
  y: number,
  w: number,
  h: number,
]

function storedWidget([id, type, title, config, x, y, w, h]: WidgetRow): StoredWidget {
  return { id, type, title, config, position: { x, y, w, h } }
}
