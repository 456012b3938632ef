import type { LoggedEvent } from '#widgets/define.ts'
import type { Cache } from '../cache/cache.ts'
import { formatVersion } from '../cache/version.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import type { Explanation } from '../wire.ts'
import { statusOf } from './widget-state.ts'

const EVENTS = 20

/** Why a widget is as it is. `matching` gives the newest logged events of its interests. */
export async function explainWidget(options: {
  widget: PlacedWidget
  cache: Cache
  matching: (widget: PlacedWidget, limit: number) => Promise<readonly LoggedEvent[]>
}): Promise<Explanation> {
  const { widget, cache, matching } = options
  const [{ entries, now }, events] = await Promise.all([cache.read([widget.key]), matching(widget, EVENTS)])
  const [entry] = entries
  if (!entry) throw new Error(`The cache gave no entry for ${widget.key}.`)
  return {
    id: widget.id,
    type: widget.type,
    key: widget.token,
    version: formatVersion(entry.version),
    status: statusOf(entry),
    now,
    interests: widget.interests,
    freshness: {
      fresh: entry.fresh,
      required: entry.required,
      built: entry.built,
      loadedAt: entry.loadedAt ?? null,
      checkedAt: entry.checkedAt ?? null,
      dueAt: entry.dueAt ?? null,
      maxAge: widget.widgetType.definition.maxAge,
    },
    cause: entry.cause,
    loads: entry.loads,
    events: events.map(({ id, source, topic, time, receivedAt }) => ({
      id,
      source,
      topic,
      time,
      receivedAt,
    })),
    ...(entry.error
      ? { error: { code: entry.error.code, message: entry.error.message, reference: entry.error.reference } }
      : {}),
  }
}
