import { createGunzip } from 'node:zlib'
import { ProblemError } from './problem.ts'

/**
 * A body as it was before it was packed; nothing when that has more than `limit` bytes, of which no more are made.
 * `admit` is told of each new length before more is made, and throws what refuses it.
 * @throws ProblemError 415 for another encoding than gzip, 400 for what is no gzip, and what `admit` throws.
 */
export async function inflated(
  body: Buffer,
  encoding: string | undefined,
  limit: number,
  admit: (length: number) => void = () => {},
): Promise<Buffer | undefined> {
  const name = encoding?.trim().toLowerCase() || 'identity'
  if (name === 'identity') return body
  if (name !== 'gzip' && name !== 'x-gzip') {
    throw new ProblemError(
      415,
      `The encoding ${name.slice(0, 40)} is not understood: send gzip, or the body as it is.`,
      {
        headers: { 'accept-encoding': 'gzip' },
      },
    )
  }
  try {
    return await unpacked(body, limit, admit)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    throw new ProblemError(400, 'The body is not gzip, as its content-encoding says.')
  }
}

/** As it comes out: what it becomes is not known before, and may be a thousand times what it was. */
async function unpacked(
  body: Buffer,
  limit: number,
  admit: (length: number) => void,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  const stream = createGunzip()
  stream.end(body)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limit) return undefined
    admit(length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}
