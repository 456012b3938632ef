import type { ServerResponse } from 'node:http'

/** Text, not empty, as one chunk of HTTP's chunked coding (RFC 9112, 7.1), made once for all the connections it is written to. */
export function chunkOf(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`)
}

const contentOf = (chunk: Buffer): Buffer => chunk.subarray(chunk.indexOf('\r\n') + 2, -2)

function joined(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks
  return only && chunks.length === 1 ? only : Buffer.concat(chunks)
}

/**
 * Writes chunks straight to the socket: `response.write` would frame them anew for each client, in several buffers and a
 * vectored write. The head of the response must have been written.
 */
export function writeChunks(response: ServerResponse, chunks: readonly Buffer[]): void {
  const { socket, chunkedEncoding } = response
  // A client of HTTP/1.0 is sent no chunks, a pipelined request has no socket before its turn, and one may just be ending.
  if (socket?.writable && chunkedEncoding) socket.write(joined(chunks))
  else response.write(joined(chunks.map(contentOf)))
}
