/** How much the newest load counts in the average. */
const NEWEST = 0.2

type Release = (failed?: boolean) => void

/** Room to load: so much at a time in all, and so much for each type. */
export interface LoadSlots {
  /** Whether a load of this type would begin at once. */
  free(type: string): boolean
  /**
   * How many loads of this type could begin within `ms` milliseconds if no other type loaded anything, by how long its
   * last ones took: as many as at once until one has succeeded.
   */
  within(type: string, ms: number): number
  /**
   * Resolves when a load of this type may begin, first come, first served; call what it gives once the load has ended.
   * One that failed sooner than loads take tells nothing of how long they do.
   * Nothing when `patience` ms have passed before.
   */
  take(type: string, patience: number): Promise<Release | undefined>
}

export function loadSlots({ all, each }: { all: number; each: number }): LoadSlots {
  const taken = new Map<string, number>()
  const average = new Map<string, number>()
  const waiting: { readonly type: string; begin(release: Release): void }[] = []
  let total = 0

  const room = (type: string) => total < all && (taken.get(type) ?? 0) < each

  function occupy(type: string): Release {
    total++
    taken.set(type, (taken.get(type) ?? 0) + 1)
    const began = performance.now()
    return (failed = false) => {
      const took = performance.now() - began
      const before = average.get(type) ?? took
      if (!failed || took > before) average.set(type, before + (took - before) * NEWEST)
      total--
      taken.set(type, (taken.get(type) ?? 1) - 1)
      const next = waiting.findIndex((waiter) => room(waiter.type))
      const [waiter] = next === -1 ? [] : waiting.splice(next, 1)
      waiter?.begin(occupy(waiter.type))
    }
  }

  return {
    free: (type) => room(type) && !waiting.some((waiter) => waiter.type === type),
    within: (type, ms) => each * (1 + Math.floor(ms / (average.get(type) ?? Number.POSITIVE_INFINITY))),
    take: (type, patience) =>
      room(type)
        ? Promise.resolve(occupy(type))
        : new Promise((resolve) => {
            const waiter = {
              type,
              begin(release: Release) {
                clearTimeout(timer)
                resolve(release)
              },
            }
            const timer = setTimeout(() => {
              waiting.splice(waiting.indexOf(waiter), 1)
              resolve(undefined)
            }, patience)
            waiting.push(waiter)
          }),
  }
}
