import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { samples } from './fixtures.ts'

/** Names found to be zones: there are some hundreds, and to ask the engine costs as much as all else of a config. */
const known = new Set<string>()
const MOST_KNOWN = 2_000

function isZone(name: string): boolean {
  if (known.has(name)) return true
  // Some engines take bare offsets such as +01:00 too, which never change and have no name.
  if (!/^[A-Za-z]/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    if (known.size < MOST_KNOWN) known.add(name)
    return true
  } catch {
    return false
  }
}

export const clock = defineWidget({
  type: 'clock',
  title: 'Clock',
  description: 'What time it is where the team is.',
  version: 1,
  config: z.strictObject({
    zones: z
      .array(
        z.strictObject({
          zone: z
            .string()
            .max(64)
            .refine(isZone, { error: 'must be a time zone such as Europe/Prague or UTC' }),
          label: z.string().min(1).max(60).optional(),
        }),
      )
      .min(1)
      .max(12),
    hour12: z.boolean().default(false),
  }),
  data: z.strictObject({
    zones: z.array(
      z.strictObject({
        zone: z.string(),
        /** Minutes ahead of UTC. */
        offset: z.number(),
        /** The next change of offset within a year. */
        next: z.strictObject({ at: z.number(), offset: z.number() }).nullable(),
      }),
    ),
  }),
  interests: () => [],
  params: (config) => ({ zones: config.zones.map(({ zone }) => zone) }),
  maxAge: 86_400,
  truth: 'time',
  samples,
})
