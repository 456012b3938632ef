/** The newest texts served, by name, so that pages still open while a store is away. Bounded: the least recent leave. */
export interface LastServed {
  keep(name: string, text: string): void
  find(name: string): string | undefined
}

const MAX_BYTES = 64 * 1024 * 1024

export function lastServed(maxBytes = MAX_BYTES): LastServed {
  const texts = new Map<string, string>()
  let bytes = 0
  return {
    keep(name, text) {
      bytes += text.length - (texts.get(name)?.length ?? 0)
      texts.delete(name)
      texts.set(name, text)
      for (const [oldest, dropped] of texts) {
        if (bytes <= maxBytes) break
        texts.delete(oldest)
        bytes -= dropped.length
      }
    },
    find: (name) => texts.get(name),
  }
}
