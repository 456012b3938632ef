import { z } from 'zod'
import { defineWidget, implement } from '#widgets/define.ts'

let loads = 0

/** A type whose loader costs nothing and always has something new, so that what is measured is all ours. */
export const noopWidget = implement(
  defineWidget({
    type: 'noop',
    title: 'No-op',
    description: 'For benchmarks.',
    version: 1,
    config: z.strictObject({ topic: z.string(), where: z.record(z.string(), z.string()).optional() }),
    data: z.strictObject({ value: z.number() }),
    interests: ({ topic, where }) => [{ topic, ...(where ? { where } : {}) }],
    maxAge: 3_600,
    samples: [],
  }),
  async () => ({ value: ++loads }),
)
