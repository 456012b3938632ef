import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Client } from '../../access/client.ts'
import { openRate } from '../../base/rate.ts'
import { ProblemError } from './problem.ts'

/** Wrong tokens that a client may send within so many seconds, before it has to wait. */
const GUESSES = { times: 10, seconds: 60 }
/** Tokens of which it is remembered that they were right. */
const REMEMBERED = 10_000

/** Slows down clients that try tokens, and logs each wrong one. */
export interface ApiTokenGuesses {
  /**
   * What `verify` gives for the Authorization header. A client that has sent too many wrong tokens has to wait, but not
   * with one that has been right before: nobody is locked out by another behind the same address.
   * @throws ProblemError 429, and what `verify` throws
   */
  watch<Found>(client: Client, header: string | undefined, verify: () => Promise<Found>): Promise<Found>
}

export function openApiTokenGuesses(log: Logger): ApiTokenGuesses {
  const rate = openRate(GUESSES)
  const right = new Set<string>()

  return {
    async watch(client, header, verify) {
      if (header === undefined) return verify()
      const hash = createHash('sha256').update(header).digest('base64')
      const wait = right.has(hash) ? undefined : await rate.wait(client.counted)
      if (wait !== undefined) {
        const detail = 'Too many wrong tokens came from your address.'
        throw new ProblemError(429, detail, { headers: { 'retry-after': String(wait) } })
      }
      try {
        const found = await verify()
        if (right.size >= REMEMBERED) right.clear()
        right.add(hash)
        return found
      } catch (error) {
        const { problem } = error as Partial<ProblemError>
        if (error instanceof ProblemError && problem?.status === 401) {
          right.delete(hash)
          await rate.count(client.counted)
          log.warn({ client: client.address }, 'a wrong token')
        }
        throw error
      }
    },
  }
}
