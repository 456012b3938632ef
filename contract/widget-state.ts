import { z } from 'zod'
import type { Json } from '#widgets/define.ts'
import type { Immutable } from './immutable.ts'

/** Any JSON; `z.json()` would be a recursion that no program needs to read. */
export const json = z.custom<Json>()
export const version = z
  .string()
  .regex(/^\d+:\d+$/)
  .meta({ description: 'epoch:offset, compared as a pair and only within one key' })
export const time = z.number().meta({ description: 'Milliseconds since 1970, by the cache’s clock' })
export const cursor = z.string().meta({ description: 'Opaque' })
export const key = z.string().meta({ description: 'Opaque; widgets with one key show one result' })
export const schema = z.string().meta({
  description: 'type@version: a page older than the deploy keeps its card and offers to reload',
})
export const through = time.meta({
  description: 'Every event up to here is in the data, or shown as being loaded; 0: unknown',
})

export const status = z.enum(['loading', 'fresh', 'refreshing', 'stale', 'failed', 'unavailable', 'empty'])
/** How a widget stands, in one word. */
export type Status = z.output<typeof status>

export const wireError = z.object({
  code: z.string(),
  message: z.string(),
  reference: z.string().meta({ description: 'Found in the log' }),
})
/** Why there is no newer data, in words for a reader. */
export type WireError = Immutable<z.output<typeof wireError>>

/** What is told of a widget in a snapshot and in the stream. */
export const widgetState = z.object({
  key,
  version,
  schema,
  status,
  loadedAt: time.nullable(),
  checkedAt: time.nullable(),
  error: wireError.exactOptional(),
  cause: z
    .array(z.string())
    .exactOptional()
    .meta({ description: 'Ids of the events behind the data, newest last' }),
  topic: z.string().exactOptional().meta({ description: 'Topic of the newest of them' }),
})
