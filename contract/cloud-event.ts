import { z } from 'zod'
import { json } from './widget-state.ts'

export const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    topic: z
      .string()
      .optional()
      .meta({ description: '1 to 16 tokens joined by dots; without it, `type` is the topic' }),
    subject: z.string().optional(),
    time: z.string().optional(),
    datacontenttype: z.string().optional(),
    data: json.optional(),
    data_base64: z.string().optional(),
  })
  .meta({
    id: 'CloudEvent',
    description: 'CloudEvents 1.0, at most 256 KiB; the same source and id within 24 h act once',
  })
