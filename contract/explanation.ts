import { z } from 'zod'
import type { Immutable } from './immutable.ts'
import { key, status, time, version, wireError } from './widget-state.ts'

const scalar = z.union([z.string(), z.number(), z.boolean()])

/** Why a widget is as it is. */
export const explanation = z
  .object({
    ...{ id: z.string(), type: z.string(), key, version, status, now: time },
    interests: z.array(z.object({ topic: z.string(), where: z.record(z.string(), scalar).exactOptional() })),
    freshness: z.object({
      ...{ fresh: z.boolean(), required: z.number(), built: z.number(), maxAge: z.number() },
      ...{ loadedAt: time.nullable(), checkedAt: time.nullable() },
      dueAt: time.nullable().meta({ description: 'When it becomes stale by the clock alone' }),
    }),
    cause: z.array(z.object({ id: z.string(), topic: z.string() })),
    audited: z
      .literal(true)
      .exactOptional()
      .meta({ description: 'An audit found what no event had announced' }),
    loads: z.array(
      z.object({
        ...{ startedAt: time, endedAt: time, outcome: z.enum(['changed', 'confirmed', 'failed']) },
        notes: z.array(z.string()).exactOptional().meta({
          description: 'What the loader says of its result: what it passed over, corrected or left out',
        }),
      }),
    ),
    events: z
      .array(
        z.object({
          ...{ id: z.string(), source: z.string(), topic: z.string() },
          ...{ time, receivedAt: time },
          saidTime: time
            .exactOptional()
            .meta({ description: 'What its producer said, when that cannot be: then time is receivedAt' }),
        }),
      )
      .meta({ description: 'The last events that matched its interests, newest first' }),
    error: wireError.exactOptional(),
  })
  .meta({ id: 'Explanation' })
export type Explanation = Immutable<z.output<typeof explanation>>
