const steps = [
  [60, 'min'],
  [60, 'h'],
  [24, 'd'],
] as const

/**
 * How long ago `time` was at `now` (both ms since 1970), in few characters. Seconds are told in tens: thirty cards
 * that count singly are noise.
 */
export function relativeTime(time: number, now: number): string {
  const seconds = Math.round((now - time) / 1000)
  if (Math.abs(seconds) < 10) return 'just now'
  const text = amount(Math.abs(seconds))
  return seconds < 0 ? `in ${text}` : `${text} ago`
}

function amount(seconds: number): string {
  if (seconds < 60) return `${Math.floor(seconds / 10) * 10} s`
  let value = seconds
  let unit = 's'
  for (const [size, next] of steps) {
    if (value < size) break
    value /= size
    unit = next
  }
  return `${Math.floor(value)} ${unit}`
}
