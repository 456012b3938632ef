const format = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})

/** “30 Nov 2026, 14:02 UTC”: the same on the server and in every browser. Undefined for a number no date can hold. */
export function utcTime(time: number): string | undefined {
  return Math.abs(time) <= 8.64e15 ? `${format.format(time)} UTC` : undefined
}
