import type { Later } from './later.ts'

/** A body whose chunks are delivered when the test says. */
export interface BytesStream {
  readonly body: ReadableStream<Uint8Array>
  write(text: string): void
  /** Breaks it off: what is not delivered yet never is. */
  fail(why: string): void
}

/** `ended` is called once, whichever side ends it. */
export function streamOfBytes(later: Later, ended: () => void): BytesStream {
  const written: string[] = []
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  let open = true

  function end(): void {
    open = false
    ended()
  }

  return {
    body: new ReadableStream<Uint8Array>({
      start(given) {
        controller = given
      },
      cancel: end,
    }),
    write(text) {
      written.push(text)
      later('deliver', () => {
        const next = written.shift()
        if (next !== undefined && open) controller?.enqueue(new TextEncoder().encode(next))
      })
    },
    fail(why) {
      if (!open) return
      controller?.error(new Error(why))
      end()
    },
  }
}
