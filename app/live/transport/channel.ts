import type { ToHolder, ToPage } from '../core/messages.ts'

/** A way to the holder of the stream, which says `who` once it is there. */
export interface Channel {
  send(message: ToHolder): void
  close(): void
}
export type Connect = (receive: (message: ToPage) => void) => Channel

/** One kind of way to a holder. It throws, or calls `failed`, where the browser does not allow it. */
export type Transport = (receive: (message: ToPage) => void, failed: () => void) => Channel

/** Milliseconds for which a transport may be silent before the next is tried as well. */
const ANSWER_WITHIN = 1_000

/**
 * Takes the first of the transports that works, each tried by use: in frames of other origins a worker can be made and
 * then fails, and locks throw. One that answers late, on a busy machine, still takes the place of a later one.
 */
export function firstToAnswer(transports: readonly Transport[]): Connect {
  return (receive) => {
    const opened = new Map<number, Channel>()
    let answering = Number.POSITIVE_INFINITY
    let newest = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    let closed = false

    function attempt(n: number): void {
      const transport = transports[n]
      if (!transport || n >= answering || closed) return
      newest = n
      const next = () => attempt(n + 1)
      try {
        const channel = transport(
          (message) => hear(n, message),
          () => fail(n),
        )
        opened.set(n, channel)
        timer = setTimeout(next, ANSWER_WITHIN)
      } catch {
        next()
      }
    }

    function hear(n: number, message: ToPage): void {
      if (closed) return
      if (n < answering) {
        answering = n
        newest = n
        clearTimeout(timer)
        for (const [other, channel] of opened) {
          if (other <= n) continue
          channel.close()
          opened.delete(other)
        }
      }
      if (n === answering) receive(message)
    }

    function fail(n: number): void {
      opened.get(n)?.close()
      opened.delete(n)
      if (n === answering) answering = Number.POSITIVE_INFINITY
      if (n !== newest) return
      clearTimeout(timer)
      attempt(n + 1)
    }

    attempt(0)
    return {
      send: (message) => opened.get(answering)?.send(message),
      close() {
        closed = true
        clearTimeout(timer)
        for (const channel of opened.values()) channel.close()
        opened.clear()
      },
    }
  }
}

/** A transport whose scripts are loaded when it is tried. */
export function loaded(load: () => Promise<Transport>): Transport {
  return (receive, failed) => {
    let channel: Channel | undefined
    let closed = false
    async function open(): Promise<void> {
      try {
        const transport = await load()
        if (!closed) channel = transport(receive, failed)
      } catch {
        failed()
      }
    }
    void open()
    return {
      send: (message) => channel?.send(message),
      close() {
        closed = true
        channel?.close()
      },
    }
  }
}
