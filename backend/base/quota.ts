/** So much of something at a time: in all, and of that for each client. */
export interface QuotaLimits {
  readonly all: number
  readonly client: number
}

/** Keeps within the limits what is taken at a time. A client is any text that tells it from others. */
export interface Quota {
  /** Takes `amount` for a client, or says whose limit is in the way: the client's, or that of all. */
  take(client: string, amount: number): Permit | 'client' | 'all'
}

/** What was taken, until it is given back. */
export interface Permit {
  /** Gives it back; a second time does nothing. */
  release(): void
}

export function openQuota({ all, client: each }: QuotaLimits): Quota {
  const byClient = new Map<string, number>()
  let taken = 0

  function add(client: string, amount: number): void {
    taken += amount
    const theirs = (byClient.get(client) ?? 0) + amount
    if (theirs > 0) byClient.set(client, theirs)
    else byClient.delete(client)
  }

  return {
    take(client, amount) {
      if ((byClient.get(client) ?? 0) + amount > each) return 'client'
      if (taken + amount > all) return 'all'
      add(client, amount)
      let held = amount
      return {
        release() {
          if (held > 0) add(client, -held)
          held = 0
        },
      }
    },
  }
}
