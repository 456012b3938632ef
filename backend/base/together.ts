interface Call<Item, Result> {
  readonly items: readonly Item[]
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Work of which `atOnce` are under way at most. What is asked meanwhile waits and goes together, up to `most` items
 * unless one call alone has more, and has one result.
 * Unlike `groupCommit`, several run at a time, and callers share the result of a run.
 */
export function together<Item, Result>(
  work: (items: readonly Item[]) => Promise<Result>,
  { most, atOnce }: { readonly most: number; readonly atOnce: number },
): (items: readonly Item[]) => Promise<Result> {
  let waiting: Call<Item, Result>[] = []
  let running = 0

  function next(): readonly Call<Item, Result>[] {
    let count = 0
    const beyond = waiting.findIndex(({ items }, n) => {
      count += items.length
      return n > 0 && count > most
    })
    const calls = beyond === -1 ? waiting : waiting.slice(0, beyond)
    waiting = beyond === -1 ? [] : waiting.slice(beyond)
    return calls
  }

  async function run(): Promise<void> {
    running += 1
    while (waiting.length > 0) {
      const calls = next()
      try {
        const result = await work(calls.flatMap(({ items }) => items))
        for (const { resolve } of calls) resolve(result)
      } catch (error) {
        for (const { reject } of calls) reject(error)
      }
    }
    running -= 1
  }

  return (items) =>
    new Promise((resolve, reject) => {
      waiting.push({ items, resolve, reject })
      if (running < atOnce) void run()
    })
}
