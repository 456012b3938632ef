import { z } from 'zod'
import type { Immutable } from './immutable.ts'

/** A message that was put aside, and why. One read by itself has its body: as text, or in Base64 what is none. */
export const deadLetter = z.object({
  id: z.string(),
  topic: z.string(),
  reason: z.string(),
  time: z.string(),
  bytes: z.int(),
  body: z.string().exactOptional(),
  bodyBase64: z.string().exactOptional(),
})
export type DeadLetterView = Immutable<z.output<typeof deadLetter>>
