import { type Load, Until } from '../define.ts'
import { nextChange, offsetOf } from './offset.ts'
import type { clock } from './widget.ts'

const year = 365 * 86_400_000

export const load: Load<typeof clock> = async ({ zones }, { now }) => {
  const data = {
    zones: zones.map((zone) => {
      const offsetAt = offsetOf(zone)
      return { zone, offset: offsetAt(now), next: nextChange(offsetAt, now, now + year) }
    }),
  }
  const changes = data.zones.flatMap(({ next }) => next?.at ?? [])
  return changes.length === 0 ? data : new Until(data, Math.min(...changes))
}
