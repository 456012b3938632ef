/** A line of at most `length` whole characters. */
export function cut(text: string, length = 250): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > length ? `${[...line].slice(0, length - 1).join('')}…` : line
}
