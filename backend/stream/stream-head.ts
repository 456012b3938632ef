import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/**
 * Writes the head of an event stream, with `headers` of the caller's, and after how long its client may connect again.
 */
export function writeStreamHead(response: ServerResponse, headers: OutgoingHttpHeaders): void {
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'text/event-stream',
    'Cache-Control': 'no-cache, no-store, no-transform',
    'X-Accel-Buffering': 'no',
    // Nothing else comes on it: what a stream holds goes with its connection.
    Connection: 'close',
  })
  // With the head. What `response` frames itself goes to the socket later, when nobody looks how long a slice takes.
  response.write(`retry: ${1_000 + Math.floor(Math.random() * 2_000)}\n\n`)
  forgetHead(response)
}

/**
 * Node keeps the head of an answer as the dozens of texts it was put together from, 2 KB for as long as a stream lives.
 * What is left says only that there was one. (No declared property; where Node has another, nothing is forgotten.)
 */
function forgetHead(response: ServerResponse): void {
  const kept = response as ServerResponse & { _header?: unknown }
  if (typeof kept._header === 'string') kept._header = 'sent'
}
