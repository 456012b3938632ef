import { asc, inArray } from 'drizzle-orm'
import { hubs, widgets } from '#drizzle/schema.ts'
import type { Json } from '#widgets/define.ts'
import type { Database } from '../db/database.ts'
import type { StoredHub, StoredWidget } from './stored-hub.ts'

/** The hubs of these slugs, or all, with their widgets; from one instant, so that no hub is met half written. */
export function readHubs(db: Database, slugs?: readonly string[]): Promise<StoredHub[]> {
  return db.transaction(
    async (tx) => {
      const hubRows = await tx
        .select()
        .from(hubs)
        .where(slugs && inArray(hubs.slug, [...slugs]))
        .orderBy(asc(hubs.slug))
      const widgetRows = await tx
        .select()
        .from(widgets)
        .where(slugs && inArray(widgets.hub, [...slugs]))
        .orderBy(asc(widgets.hub), asc(widgets.place))
      const byHub = new Map<string, StoredWidget[]>()
      for (const row of widgetRows) {
        const list = byHub.get(row.hub)
        if (list) list.push(toWidget(row))
        else byHub.set(row.hub, [toWidget(row)])
      }
      return hubRows.map((row) => toHub(row, byHub.get(row.slug) ?? []))
    },
    { isolationLevel: 'repeatable read', accessMode: 'read only' },
  )
}

function toHub(row: typeof hubs.$inferSelect, hubWidgets: readonly StoredWidget[]): StoredHub {
  const { slug, title, summary, embedOrigins, revision } = row
  return { slug, title, summary, visibility: 'public', embedOrigins, revision, widgets: hubWidgets }
}

function toWidget(row: typeof widgets.$inferSelect): StoredWidget {
  const { id, type, title, config, x, y, w, h } = row
  // The column holds what `parseHubDocument` let in.
  return { id, type, title, config: config as Json, position: { x, y, w, h } }
}
