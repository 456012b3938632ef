function parts(version: string): readonly [epoch: number, offset: number] | undefined {
  const match = /^(\d{1,15}):(\d{1,15})$/.exec(version)
  return match ? [Number(match[1]), Number(match[2])] : undefined
}

/**
 * Negative, zero or positive as `a` is older than, the same as, or newer than `b`. Only versions of one key compare.
 * What is not a version is older than all that are.
 */
export function compareVersions(a: string, b: string): number {
  const x = parts(a)
  const y = parts(b)
  if (!x || !y) return Number(Boolean(x)) - Number(Boolean(y))
  return x[0] - y[0] || x[1] - y[1]
}

/** The newer of two cursors, for what has been sent everything up to both. */
export function newerCursor(a: string, b: string): string {
  return compareVersions(a, b) < 0 ? b : a
}

/** The cursor to resume from so that nothing is missed by any; one that cannot be read makes the server send a manifest. */
export function lowestCursor(cursors: readonly string[]): string {
  return cursors.reduce((lowest, cursor) => (compareVersions(cursor, lowest) < 0 ? cursor : lowest))
}
