import type { IncomingMessage, ServerResponse } from 'node:http'

/** Milliseconds for which a client may go on with a body that was refused. */
const LINGER = 2_000

/**
 * Ends a response to a request whose body was not read. A connection that is closed on bytes nobody read is reset, and
 * the reset may overtake the answer; so what still comes is read for a moment, into nothing, while the client reads.
 * The whole answer is written, and says that the connection closes.
 */
export function endAfterBody(request: IncomingMessage, response: ServerResponse): void {
  const timer = setTimeout(end, LINGER)
  function end(): void {
    clearTimeout(timer)
    response.end()
  }
  request.once('end', end).once('close', end).resume()
}
