import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/**
 * Text, not empty, as one chunk of HTTP's chunked coding (RFC 9112, 7.1), made once for all the connections it is
 * written to.
 */
export function chunkOf(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}

const contentOf = (chunk: Buffer): Buffer => chunk.subarray(chunk.indexOf('\r\n') + 2, -2)

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks
  return only && chunks.length === 1 ? only : Buffer.concat(chunks)
}

/**
 * Where chunks of a response may be written straight to the socket, once its head is written: `response.write` would
 * frame them anew for each client, in several buffers and a vectored write. A client of HTTP/1.0 is sent no chunks, and
 * a pipelined request has no socket before its turn.
 */
export function chunkSocket(response: ServerResponse): Socket | undefined {
  return response.chunkedEncoding && response.socket ? response.socket : undefined
}

/** Writes chunks to `chunkSocket`, or their content as `response` frames it; ends a connection that takes no more. */
export function writeChunks(
  response: ServerResponse,
  socket: Socket | undefined,
  chunks: readonly Buffer[],
): void {
  // The response is not looked at beside its socket: with ten thousand, each object touched is a cache miss.
  if (socket) {
    if (socket.writable) socket.write(joined(chunks))
    // A client that said it ends, and does not take what it was sent, would be kept for good.
    else response.destroy()
  } else if (!response.destroyed) response.write(joined(chunks.map(contentOf)))
}
