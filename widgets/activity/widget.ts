import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { topicPattern } from '../kit/topic-pattern.ts'
import { samples } from './fixtures.ts'

const line = z.strictObject({
  id: z.string(),
  /** Who did it, when the event says. */
  actor: z.string().optional(),
  /** What happened, reading on after the actor. */
  text: z.string(),
  href: z.string().optional(),
  topic: z.string(),
  /** Milliseconds since 1970, of the newest event in the line. */
  time: z.number(),
  /** How many events the line joins. */
  count: z.number(),
})

export const activity = defineWidget({
  type: 'activity',
  title: 'Activity',
  description: 'What happened lately, as readable lines, from every event whose topic matches.',
  version: 2,
  config: z.strictObject({
    topics: z
      .array(topicPattern)
      .min(1)
      .max(20)
      .default(['>'])
      .meta({ description: 'Topics of the events shown' }),
    limit: z.int().min(1).max(100).default(20).meta({ description: 'Most lines shown' }),
  }),
  data: z.strictObject({ lines: z.array(line) }),
  interests: ({ topics }) => topics.map((topic) => ({ topic })),
  reads: 'events',
  truth: 'events',
  // Most of a busy bus may match one card: twice a second is as fast as lines can be read.
  minInterval: 500,
  maxAge: 3600,
  isEmpty: ({ lines }) => lines.length === 0,
  samples,
})
