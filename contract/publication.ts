import { z } from 'zod'
import type { Immutable } from './immutable.ts'

/** What became of published events: all are on the bus. */
export const publication = z.object({
  ids: z.array(z.string()),
  duplicates: z.array(z.string()).exactOptional().meta({ description: 'Ids that were there already' }),
})
export type Publication = Immutable<z.output<typeof publication>>
