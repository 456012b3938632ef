import { z } from 'zod'
import type { Immutable } from './immutable.ts'
import { cursor, json, key, through, time, version, widgetState } from './widget-state.ts'

/** One widget of a snapshot. */
export const widgetSnapshot = z.object({ ...widgetState.shape, type: z.string(), data: json })
export type WidgetSnapshot = Immutable<z.output<typeof widgetSnapshot>>

/** One by itself. */
export const oneWidgetSnapshot = widgetSnapshot.extend({ id: z.string() }).meta({ id: 'WidgetSnapshot' })

/** All widgets of a hub, from one instant. */
export const snapshot = z
  .object({
    cursor,
    now: time,
    through,
    revision: z.number(),
    widgets: z.record(z.string(), widgetSnapshot),
  })
  .meta({ id: 'Snapshot' })
export type Snapshot = Immutable<z.output<typeof snapshot>>

/** What the `href` of an event too large to carry it leads to. */
export const keyedData = z.object({ key, version, data: json }).meta({ id: 'KeyedData' })
export type KeyedData = Immutable<z.output<typeof keyedData>>
