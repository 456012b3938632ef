import { z } from 'zod'
import type { Immutable } from './immutable.ts'

export const fieldError = z.object({
  field: z.string().meta({ description: 'JSON pointer, or the name of a header or a query parameter' }),
  message: z.string().meta({ description: 'What is wrong with it' }),
})
/** A field that was refused. */
export type FieldError = Immutable<z.output<typeof fieldError>>

/** RFC 9457, sent as `application/problem+json`. */
export const problem = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.number(),
    detail: z.string(),
    errors: z.array(fieldError).exactOptional().meta({ description: 'Each bad field' }),
  })
  .meta({ id: 'Problem' })
export type Problem = Immutable<z.output<typeof problem>>
