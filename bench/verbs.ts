/** What a process has used since it began. */
export interface Usage {
  /** Milliseconds of CPU, of all its threads. */
  readonly cpu: number
  /** Bytes. */
  readonly rss: number
  readonly heap: number
}

function usage(collect: boolean): Usage {
  // Twice: the second takes what finalizers of the first let go.
  if (collect) for (let round = 0; round < 2; round++) globalThis.gc?.()
  const { user, system } = process.cpuUsage()
  const { rss, heapUsed } = process.memoryUsage()
  return { cpu: (user + system) / 1_000, rss, heap: heapUsed }
}

/** Does what the process that started this one asks, by verb, and ends with it. */
export function answer(
  // biome-ignore lint/suspicious/noExplicitAny: what it is asked with is typed where it asks
  verbs: Readonly<Record<string, (argument: any) => Promise<unknown>>>,
): void {
  process.on('message', async ({ ask, verb, argument }: { ask: number; verb: string; argument: unknown }) => {
    try {
      const value = verb === 'usage' ? usage(argument === true) : await verbs[verb]?.(argument)
      process.send?.({ ask, value })
    } catch (error) {
      process.send?.({ ask, error: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    }
  })
  process.on('disconnect', () => process.exit())
}
