interface Turn<Item, Result> {
  readonly items: readonly Item[]
  resolve(results: readonly Result[]): void
  reject(error: unknown): void
}

/**
 * Hands to `commit`, together, all that was given while the last commit ran, about `limit` items at a time: the busier
 * it is, the fewer writes an item costs. Each caller gets the results of its own items, or the whole group's error.
 * Unlike `together`, it runs one commit at a time; unlike `batch`, what is given meanwhile waits for that.
 */
export function groupCommit<Item, Result>(
  commit: (items: readonly Item[]) => Promise<readonly Result[]>,
  limit: number,
): (items: readonly Item[]) => Promise<readonly Result[]> {
  const turns: Turn<Item, Result>[] = []
  let running = false

  function nextGroup(): Turn<Item, Result>[] {
    let size = 0
    const group: Turn<Item, Result>[] = []
    for (const turn of turns) {
      group.push(turn)
      size += turn.items.length
      if (size >= limit) break
    }
    return turns.splice(0, group.length)
  }

  async function run(): Promise<void> {
    running = true
    while (turns.length > 0) {
      const group = nextGroup()
      try {
        const results = await commit(group.flatMap((turn) => turn.items))
        let from = 0
        for (const { items, resolve } of group) {
          resolve(results.slice(from, from + items.length))
          from += items.length
        }
      } catch (error) {
        for (const turn of group) turn.reject(error)
      }
    }
    running = false
  }

  return (items) =>
    new Promise((resolve, reject) => {
      turns.push({ items, resolve, reject })
      if (!running) void run()
    })
}
