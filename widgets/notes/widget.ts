import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { samples } from './fixtures.ts'

const maxBytes = 20 * 1024

// A table's rows are filled up to its widest, so a few KB of bars can ask for millions of cells.
const maxCells = 50_000

function mostCells(text: string): number {
  const lines = text.split(/\r\n?|\n/)
  return lines.length * Math.max(...lines.map((line) => line.split('|').length))
}

export const notes = defineWidget({
  type: 'notes',
  title: 'Notes',
  description: 'Text in Markdown: who we are, how to reach us, what to do when it burns.',
  version: 2,
  config: z.strictObject({
    text: z
      .string()
      .refine((text) => new TextEncoder().encode(text).length <= maxBytes, {
        error: 'must be at most 20 KB of Markdown',
      })
      .refine((text) => mostCells(text) <= maxCells, { error: 'must not hold a table as large as that' })
      .meta({
        description:
          'GitHub’s Markdown. HTML in it is shown as text; images by https are shown, others as their description',
      }),
  }),
  data: z.strictObject({ html: z.string() }),
  interests: () => [],
  maxAge: 86_400,
  truth: 'events',
  samples,
  isEmpty: ({ html }) => html === '',
})
