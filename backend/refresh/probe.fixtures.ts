import { z } from 'zod'
import { defineWidget } from '#widgets/define.ts'

/** A widget type to which each test gives its loader. */
export const probe = defineWidget({
  type: 'probe',
  title: 'Probe',
  description: 'For tests.',
  version: 1,
  config: z.strictObject({ name: z.string() }),
  data: z.strictObject({ value: z.number() }),
  interests: () => [],
  maxAge: 3_600,
  samples: [],
  isEmpty: ({ value }) => value === 0,
})
