import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { httpUrl } from '../kit/http-url.ts'
import { topicPattern } from '../kit/topic-pattern.ts'
import { compiles } from './compiles.ts'
import { samples } from './fixtures.ts'
import { type Format, formats } from './number-format.ts'

/** A whole number that JavaScript would round. */
const digits = z.string().regex(/^-?\d+$/)
const format = z.enum(formats)
const cell = z.union([z.string(), z.number(), z.boolean(), z.null()])

function hasMoney(given: Format | Readonly<Record<string, Format>> | undefined): boolean {
  return given === 'money' || (typeof given === 'object' && Object.values(given).includes('money'))
}

export const json = defineWidget({
  type: 'json',
  title: 'JSON',
  description: 'A number, a text, a list or a table out of any JSON endpoint.',
  version: 2,
  config: z
    .strictObject({
      url: httpUrl,
      pick: z
        .string()
        .min(1)
        .max(2000)
        .refine(compiles, { error: 'must be a JSONata expression, such as jobs[status="failed"].name' })
        .optional()
        .meta({ description: 'JSONata expression that picks what is shown; without it, the whole answer' }),
      as: z.enum(['number', 'text', 'list', 'table']).optional().meta({
        description:
          'How it is shown; without it, what suits the value: what goes through a list is one, however many match',
      }),
      refreshOn: z
        .array(topicPattern)
        .max(16)
        .default([])
        .meta({ description: 'Topics of events after which the address is read again at once' }),
      maxAge: z
        .number()
        .int()
        .min(5)
        .max(86_400)
        .default(300)
        .meta({ description: 'Seconds after which it is read again although no event came' }),
      label: z.string().min(1).max(80).optional(),
      unit: z.string().min(1).max(16).optional(),
      format: z
        .union([format, z.record(z.string().max(300), format)])
        .optional()
        .meta({
          description:
            'What its numbers are, or those of each column or field by name; without it, whole numbers of columns named id, number, year, port and the like are ids and all others numbers',
        }),
      currency: z
        .string()
        .regex(/^[A-Z]{3}$/, { error: 'must be a currency of ISO 4217, such as EUR' })
        .optional()
        .meta({ description: 'Currency of what is formatted as money' }),
    })
    .refine(({ format, currency }) => currency !== undefined || !hasMoney(format), {
      error: 'is required where something is formatted as money, such as EUR',
      path: ['currency'],
    }),
  /** A value of null is one that is not there, and said so by the answer. */
  data: z.discriminatedUnion('as', [
    z.strictObject({ as: z.literal('number'), value: z.union([z.number(), digits, z.null()]) }),
    z.strictObject({ as: z.literal('text'), value: z.string().nullable() }),
    z.strictObject({ as: z.literal('list'), items: z.array(z.string()), more: z.number() }),
    z.strictObject({
      as: z.literal('table'),
      columns: z.array(z.string()),
      rows: z.array(z.array(cell)),
      more: z.number(),
    }),
  ]),
  interests: ({ refreshOn }) => refreshOn.map((topic) => ({ topic })),
  // `maxAge` is a parameter because the loader passes it on as the moment its result is due.
  params: ({ url, pick, as, maxAge }) => ({ url, pick: pick ?? null, as: as ?? null, maxAge }),
  maxAge: 86_400,
  truth: 'time',
  samples,
  isEmpty: (data) =>
    (data.as === 'list' && data.items.length === 0) ||
    (data.as === 'table' && data.rows.length === 0) ||
    (data.as === 'text' && (data.value === null || data.value === '')) ||
    (data.as === 'number' && data.value === null),
})
