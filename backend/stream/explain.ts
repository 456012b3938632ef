import type { Explanation } from '#contract/explanation.ts'
import type { LoggedEvent } from '#widgets/define.ts'
import { type Cache, isAudit } from '../cache/cache.ts'
import { formatVersion } from '../cache/version.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import type { EventLog } from '../ingest/event-log.ts'
import { matchingIndex } from '../triage/matching.ts'
import { statusOf } from './widget-state.ts'

const EVENTS = 20
/** Events looked at for one that is shown: criteria pass over some of a topic. */
const LOOKED_AT = 200

/** Why a widget is as it is: what it declares, what was loaded when, and the newest logged events that concern it. */
export async function explainWidget(options: {
  widget: PlacedWidget
  cache: Cache
  eventLog: Pick<EventLog, 'read'>
}): Promise<Explanation> {
  const { widget, cache, eventLog } = options
  const [{ entries, now }, events] = await Promise.all([
    cache.read([widget.key]),
    concerning(widget, eventLog),
  ])
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
    cause: entry.cause.filter((each) => !isAudit(each)),
    ...(entry.cause.some(isAudit) ? { audited: true } : {}),
    loads: entry.loads,
    events: events.map(({ id, source, topic, time, saidTime, receivedAt }) => ({
      ...{ id, source, topic, time, receivedAt },
      ...(saidTime === undefined ? {} : { saidTime }),
    })),
    ...(entry.error
      ? { error: { code: entry.error.code, message: entry.error.message, reference: entry.error.reference } }
      : {}),
  }
}

async function concerning(
  widget: PlacedWidget,
  eventLog: Pick<EventLog, 'read'>,
): Promise<readonly LoggedEvent[]> {
  const { interests } = widget
  const index = matchingIndex<true>()
  index.add(widget.id, interests, true)
  const limit = interests.some(({ where }) => where) ? LOOKED_AT : EVENTS
  const { events } = await eventLog.read({ patterns: interests.map(({ topic }) => topic), limit })
  return events
    .filter((event) => index.match(event.topic, () => ({ ...event, extensions: {} })).length > 0)
    .slice(0, EVENTS)
}
