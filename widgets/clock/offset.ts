const second = 1000
const minute = 60 * second
const week = 7 * 24 * 60 * minute

/** Minutes that clocks in `zone` are ahead of UTC at `time` (ms since 1970). */
export type OffsetAt = (time: number) => number

export function offsetOf(zone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  return (time) => {
    const part = Object.fromEntries(
      format.formatToParts(time).map(({ type, value }) => [type, Number(value)]),
    )
    const { year = 0, month = 1, day = 1, hour = 0, minute: minutes = 0, second: seconds = 0 } = part
    const shown = Date.UTC(year, month - 1, day, hour, minutes, seconds)
    return (shown - Math.floor(time / second) * second) / minute
  }
}

/** When the offset next changes after `from`, to the second, and to what; null when it does not before `until`. */
export function nextChange(
  offsetAt: OffsetAt,
  from: number,
  until: number,
): { at: number; offset: number } | null {
  const before = offsetAt(from)
  // No zone goes to another offset and back within a week, so steps of one miss nothing.
  for (let same = from; same < until; same += week) {
    const later = Math.min(same + week, until)
    if (offsetAt(later) === before) continue
    let low = Math.floor(same / second)
    let high = Math.ceil(later / second)
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (offsetAt(middle * second) === before) low = middle
      else high = middle
    }
    return { at: high * second, offset: offsetAt(high * second) }
  }
  return null
}
