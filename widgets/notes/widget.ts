import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { samples } from './fixtures.ts'

const maxBytes = 20 * 1024

export const notes = defineWidget({
  type: 'notes',
  title: 'Notes',
  description: 'Text in Markdown: who we are, how to reach us, what to do when it burns.',
  version: 1,
  config: z.strictObject({
    text: z
      .string()
      .refine((text) => new TextEncoder().encode(text).length <= maxBytes, {
        error: 'must be at most 20 KB of Markdown',
      })
      .meta({ description: 'Markdown; HTML in it is shown as text, images as links' }),
  }),
  data: z.strictObject({ html: z.string() }),
  interests: () => [],
  maxAge: 86_400,
  truth: 'events',
  samples,
  isEmpty: ({ html }) => html === '',
})
