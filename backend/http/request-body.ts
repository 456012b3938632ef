import type { IncomingMessage } from 'node:http'
import { ProblemError } from './problem.ts'

const tooLarge = (limit: number) =>
  new ProblemError(413, `The body may have at most ${limit} bytes.`, { headers: { connection: 'close' } })

/** The whole body. @throws ProblemError 413 over `limit` bytes, without reading on. */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) throw tooLarge(limit)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** @throws ProblemError 400 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new ProblemError(400, 'The body must be JSON in UTF-8.', {
      errors: [{ field: '', message: 'is not JSON' }],
    })
  }
}
