import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests a client may send ahead on one connection, which no browser or proxy does. One more ends it. */
const AHEAD = 100

interface Pair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export interface Pipelining {
  readonly listener: RequestListener
  /**
   * Gives a request its connection for good: what comes on it from now on ends it. False, and nothing given, when the
   * request was sent ahead of an earlier answer: what is pipelined behind another would hold up what comes behind it.
   */
  claim(request: IncomingMessage): boolean
  /** Takes back what `claim` gave. */
  release(request: IncomingMessage): void
}

/**
 * One request of a connection at a time: Node begins all that a client sends ahead at once, thousands of pages in a few
 * kilobytes, and goes on when the client has long gone. What waits when a connection ends is not begun.
 */
export function openPipelining(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Pipelining {
  const lines = new WeakMap<Socket, Pair[]>()
  const late = new WeakSet<IncomingMessage>()
  const claimed = new WeakSet<Socket>()

  function begin({ request, response }: Pair, line: Pair[]): void {
    response.once('close', () => {
      const next = line.shift()
      // A connection that ends, by either side or by its last answer, is not given to the next one.
      if (next?.response.socket) begin(next, line)
      else lines.delete(request.socket)
    })
    answer(request, response)
  }

  return {
    listener(request, response) {
      const { socket } = request
      if (claimed.has(socket)) return void socket.destroy()
      const line = lines.get(socket)
      if (!line) {
        const made: Pair[] = []
        lines.set(socket, made)
        begin({ request, response }, made)
      } else if (line.length < AHEAD) {
        late.add(request)
        line.push({ request, response })
      } else socket.destroy()
    },
    claim(request) {
      if (late.has(request)) return false
      claimed.add(request.socket)
      return true
    },
    release: ({ socket }) => void claimed.delete(socket),
  }
}
