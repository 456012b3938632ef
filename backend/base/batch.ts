interface Call<Ask, Reply> {
  readonly ask: Ask
  readonly size: number
  resolve(reply: Reply): void
  reject(error: unknown): void
}

/**
 * Puts what is asked at the same time, before anything else can happen, into one run, up to `most` asks and, unless one
 * alone is larger, up to the size `mostSize`. `run` gives a reply for each ask, in their order.
 * Unlike `groupCommit`, it waits for no run under way.
 */
export function batch<Ask, Reply>(options: {
  readonly most: number
  readonly mostSize: number
  readonly run: (asks: readonly Ask[]) => Promise<readonly Reply[]>
}): (ask: Ask, size: number) => Promise<Reply> {
  const { most, mostSize, run } = options
  let waiting: Call<Ask, Reply>[] = []

  function flush(): void {
    const calls = waiting
    waiting = []
    let begun = 0
    let size = 0
    for (const [n, call] of calls.entries()) {
      if (n > begun && (n - begun === most || size + call.size > mostSize)) {
        void runSome(calls.slice(begun, n))
        begun = n
        size = 0
      }
      size += call.size
    }
    void runSome(begun === 0 ? calls : calls.slice(begun))
  }

  async function runSome(calls: readonly Call<Ask, Reply>[]): Promise<void> {
    try {
      const replies = await run(calls.map(({ ask }) => ask))
      // As many as asks.
      for (const [n, call] of calls.entries()) call.resolve(replies[n] as Reply)
    } catch (error) {
      for (const call of calls) call.reject(error)
    }
  }

  return (ask, size) =>
    new Promise((resolve, reject) => {
      if (waiting.length === 0) process.nextTick(flush)
      waiting.push({ ask, size, resolve, reject })
    })
}
