import type { IncomingMessage, ServerResponse } from 'node:http'
import { endAfterBody } from './linger.ts'
import type { Answer } from './route.ts'

/** Headers of all that is no page: no browser may take it for a document, a script or a picture. */
export const closedHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'same-origin',
} as const

/** Sends an answer, unless something was sent already. A connection on which an unread body may still come ends with it. */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers = {}, body }: Answer,
): void {
  if (response.headersSent || response.destroyed) return
  const isObject = body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)
  const bytes =
    body === undefined
      ? undefined
      : Buffer.isBuffer(body)
        ? body
        : Buffer.from(isObject ? JSON.stringify(body) : (body as string))
  const unread = hasBody(request) && !request.complete
  response.writeHead(status, {
    ...closedHeaders,
    'cache-control': 'no-store',
    ...(bytes ? { 'content-type': 'application/json', 'content-length': bytes.length } : {}),
    ...(unread ? { connection: 'close' } : {}),
    ...headers,
  })
  const content = request.method === 'HEAD' ? undefined : bytes
  if (!unread) return void response.end(content)
  if (content) response.write(content)
  else response.flushHeaders()
  endAfterBody(request, response)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
