/** A message that was put aside for good. */
export interface DeadLetter {
  readonly id: string
  readonly topic: string
  readonly body: Uint8Array
  /** A sentence: why. */
  readonly reason: string
  /** When it came, milliseconds since 1970. */
  readonly time: number
}

/** What the bus has put aside. Every verb rejects with `BusAway` while the bus cannot be reached. */
export interface DeadLetters {
  /** Newest first, at most `limit`; with `before` what was put on the bus before the one of that id. */
  list(query: {
    readonly limit: number
    readonly before?: string | undefined
  }): Promise<readonly DeadLetter[]>
  get(id: string): Promise<DeadLetter | undefined>
  /** Puts it on the bus as a message of its own, and forgets it here. Says whether there was one. */
  replay(id: string): Promise<boolean>
  /** Forgets it. Says whether there was one. */
  drop(id: string): Promise<boolean>
}

/** The number of an id, on either bus; none is below 1. */
export const numberOf = (id: string): number => (/^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0)
