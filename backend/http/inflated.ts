import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { ProblemError } from './problem.ts'

/**
 * A body as it was before it was packed; nothing when that has more than `limit` bytes, of which no more are made.
 * @throws ProblemError 415 for another encoding than gzip, 400 for what is no gzip.
 */
export async function inflated(
  body: Buffer,
  encoding: string | undefined,
  limit: number,
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
    return await promisify(gunzip)(body, { maxOutputLength: limit })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return undefined
    throw new ProblemError(400, 'The body is not gzip, as its content-encoding says.')
  }
}
