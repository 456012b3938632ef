import { z } from 'zod'
import type { Immutable } from './immutable.ts'
import { cursor, json, key, through, time, version, widgetState } from './widget-state.ts'

const why = z.string().exactOptional().meta({
  description: 'Sentences that say which stores do not serve, if any: what a page that is behind may tell',
})

/** Events of the stream, by name; the id of each is the cursor. Unknown names and fields are to be ignored. */
export const streamEvents = z
  .object({
    hello: z.object({
      cursor,
      heartbeat: z.number().meta({ description: 'Seconds between beats' }),
      ...{ now: time, through, why },
      build: z.string().meta({ description: 'Build the server runs' }),
      hubs: z.record(z.string(), z.number()),
      keys: z.record(z.string(), z.record(z.string(), z.string())).exactOptional().meta({
        description:
          'By hub and widget, for a new build or setting gives a widget another key at the same revision. Servers of older builds do not say.',
      }),
    }),
    widget: z.object({
      ...widgetState.shape,
      id: z.string(),
      data: json.exactOptional().meta({ description: 'Absent when unchanged, or carried by href' }),
      href: z.string().exactOptional(),
    }),
    resync: z.object({ widgets: z.record(z.string(), z.object({ key, version })) }),
    layout: z.object({ hub: z.string(), revision: z.number(), keys: z.record(z.string(), z.string()) }),
    gone: z.union([z.object({ hub: z.string() }), z.object({ id: z.string() })]),
    beat: z.object({ now: time, through, why }),
    bye: z.object({}),
  })
  .meta({ id: 'StreamEvents', description: 'Data of the events of the stream, by event name' })
export type StreamEvents = Immutable<z.output<typeof streamEvents>>
