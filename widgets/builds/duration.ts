/** Milliseconds in the two largest units that say something: `4 min 12 s`, `1 h 3 min`. Nothing for a negative span. */
export function duration(span: number): string {
  const seconds = Math.round(span / 1000)
  if (seconds < 0) return ''
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? both(minutes, 'min', seconds % 60, 's')
    : both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
}

function both(large: number, unit: string, small: number, smaller: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`
}
