import { z } from 'zod'
import type { Immutable } from './immutable.ts'
import { json, key, schema, wireError } from './widget-state.ts'

/** A grid of 12 columns, with rows of 4 rem. */
export const position = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() })
export type Position = Immutable<z.output<typeof position>>

/** A placed widget. `key` and `schema` are absent when its type is gone or its config no longer parses. */
export const hubWidget = z.object({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  config: json,
  position,
  key: key.exactOptional(),
  schema: schema.exactOptional(),
  problem: wireError.exactOptional().meta({ description: 'Why it has no key' }),
  hideWhenEmpty: z
    .literal(true)
    .exactOptional()
    .meta({ description: 'It asks for no room on the page while it has nothing to show' }),
})
export type HubWidget = Immutable<z.output<typeof hubWidget>>

export const hubView = z
  .object({
    slug: z.string(),
    title: z.string(),
    summary: z.string(),
    visibility: z.literal('public'),
    embedOrigins: z.array(z.string()),
    revision: z.number(),
    widgets: z.array(hubWidget),
  })
  .meta({ id: 'HubView' })
export type HubView = Immutable<z.output<typeof hubView>>

export const hubSummary = z
  .object({
    slug: z.string(),
    title: z.string(),
    summary: z.string(),
    widgets: z.number(),
    revision: z.number(),
  })
  .meta({ id: 'HubSummary' })
export type HubSummary = Immutable<z.output<typeof hubSummary>>
