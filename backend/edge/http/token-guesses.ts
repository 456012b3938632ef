import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import type { Client } from './client-address.ts'
import { ProblemError } from './problem.ts'
import { openRate } from './rate.ts'

/** Wrong tokens that a client may send within so many seconds, before it has to wait. */
const GUESSES = { times: 10, seconds: 60 }
/** Tokens of which it is remembered that they were right. */
const REMEMBERED = 10_000

/** Slows down who tries tokens, and says so in the log. */
export interface TokenGuesses {
  /**
   * What `verify` gives for the Authorization header. A client that has sent too many wrong ones waits, but not with a
   * token that has been right before: nobody is locked out by another behind the same address.
   * @throws ProblemError 429, and what `verify` throws
   */
  watch<Found>(client: Client, header: string | undefined, verify: () => Promise<Found>): Promise<Found>
}

export function openTokenGuesses(log: Logger): TokenGuesses {
  const rate = openRate(GUESSES)
  const right = new Set<string>()

  return {
    async watch(client, header, verify) {
      if (header === undefined) return verify()
      const hash = createHash('sha256').update(header).digest('base64')
      if (!right.has(hash)) await rate.check(client, 'Too many wrong tokens came from your address.')
      try {
        const found = await verify()
        if (right.size >= REMEMBERED) right.clear()
        right.add(hash)
        return found
      } catch (error) {
        const { problem } = error as Partial<ProblemError>
        if (error instanceof ProblemError && problem?.status === 401) {
          right.delete(hash)
          await rate.count(client)
          log.warn({ client: client.address }, 'a wrong token')
        }
        throw error
      }
    },
  }
}
