/** Cache identity: `type@version:hash(params):scope`. Opaque outside `hubs/placed.ts`, which makes it. */
export type Key = string

/** `offset` in the feed of `epoch`. Ordered as a pair, and only within one key. */
export interface Version {
  readonly epoch: number
  readonly offset: number
}

/** Negative, zero or positive as `a` is older than, the same as, or newer than `b`. */
export function compareVersions(a: Version, b: Version): number {
  return a.epoch - b.epoch || a.offset - b.offset
}

export function formatVersion({ epoch, offset }: Version): string {
  return `${epoch}:${offset}`
}

/** The version a text names, or nothing when it names none. */
export function parseVersion(text: string): Version | undefined {
  const match = /^(\d{1,15}):(\d{1,15})$/.exec(text)
  return match ? { epoch: Number(match[1]), offset: Number(match[2]) } : undefined
}
