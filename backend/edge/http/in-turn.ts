import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Requests a client may send ahead on one connection, which no browser or proxy does. One more ends it. */
const AHEAD = 100

interface Pair {
  readonly request: IncomingMessage
  readonly response: ServerResponse
}

export interface InTurn {
  readonly listener: RequestListener
  /** Whether a request was sent while the one before it on its connection was being answered. */
  waited(request: IncomingMessage): boolean
}

/**
 * One request of a connection at a time: Node begins all that a client sends ahead at once, thousands of pages in a few
 * kilobytes, and goes on when the client has long gone. What waits when a connection ends is not begun.
 */
export function inTurn(answer: (request: IncomingMessage, response: ServerResponse) => void): InTurn {
  const lines = new WeakMap<Socket, Pair[]>()
  const late = new WeakSet<IncomingMessage>()

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
    waited: (request) => late.has(request),
  }
}
