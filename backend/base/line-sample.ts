/** Milliseconds for which what is alike leaves one line, with the number of those before it that left none. */
const SAMPLE = 10_000

/** Which of the lines that strangers can cause at will are written. */
export interface LineSample {
  /** What to write with the line of this kind; nothing when it is left out. Kinds are few, whatever strangers send. */
  take(kind: string): { readonly unsaid?: number } | undefined
}

export function lineSample(): LineSample {
  const told = new Map<string, { at: number; since: number }>()
  return {
    take(kind) {
      const before = told.get(kind)
      const now = performance.now()
      if (before && now - before.at < SAMPLE) {
        before.since += 1
        return undefined
      }
      told.set(kind, { at: now, since: 0 })
      return before && before.since > 0 ? { unsaid: before.since } : {}
    },
  }
}
