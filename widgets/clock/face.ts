import type { DataOf } from '../define.ts'
import type { clock } from './widget.ts'

type Zone = DataOf<typeof clock>['zones'][number]

const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/**
 * What a clock shows at `now` (ms since 1970). It is reckoned from the offset and not by the browser's own tables, which
 * differ in age and wording from the server's.
 */
export function face(zone: Zone, now: number, hour12: boolean) {
  const offset = zone.next !== null && now >= zone.next.at ? zone.next.offset : zone.offset
  const local = new Date(now + offset * 60_000)
  const hour = local.getUTCHours()
  const minutes = String(local.getUTCMinutes()).padStart(2, '0')
  return {
    time: hour12
      ? `${hour % 12 || 12}:${minutes} ${hour < 12 ? 'am' : 'pm'}`
      : `${String(hour).padStart(2, '0')}:${minutes}`,
    day: `${days[local.getUTCDay()]}, ${utcOffset(offset)}`,
    light: hour >= 6 && hour < 18 ? 'day' : 'night',
  }
}

function utcOffset(offset: number): string {
  if (offset === 0) return 'UTC'
  const minutes = Math.abs(offset)
  const rest = minutes % 60 === 0 ? '' : `:${String(minutes % 60).padStart(2, '0')}`
  return `UTC${offset < 0 ? '−' : '+'}${Math.floor(minutes / 60)}${rest}`
}

/** `America/Argentina/Buenos_Aires` is Buenos Aires to people. */
export function cityOf(zone: string): string {
  return zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')
}
