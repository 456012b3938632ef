import type { IncomingMessage, ServerResponse } from 'node:http'

/** Milliseconds for which a client may go on with a body that was refused. */
const LINGER = 2_000

/**
 * Ends a response to a request whose body was not read. To close a connection on unread bytes resets it, and the reset
 * may overtake the answer. So, for a moment, what still comes is read and thrown away while the client reads the answer.
 * The whole answer must be written already, and say that the connection closes.
 */
export function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  const timer = setTimeout(end, LINGER)
  function end(): void {
    clearTimeout(timer)
    response.end()
  }
  request.once('end', end).once('close', end).resume()
}
