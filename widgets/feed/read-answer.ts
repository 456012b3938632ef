import { LoadFailure } from '../define.ts'
import { decode } from './decode.ts'
import { type ReadFeed, readFeed } from './read-feed.ts'

/** The answer of an upstream, and how much of it is wanted. */
export interface FeedAnswer {
  readonly bytes: Uint8Array
  readonly contentType: string | null
  /** What links are resolved against: where the answer came from in the end. */
  readonly base: string
  /** Whom the address was asked of, for people. */
  readonly host: string
  readonly limit: number
  /** Milliseconds since 1970. */
  readonly now: number
}

/**
 * From the bytes of an answer to what the card shows.
 * @throws LoadFailure
 */
export function readAnswer({ bytes, contentType, base, host, limit, now }: FeedAnswer): ReadFeed {
  try {
    return readFeed(decode(bytes, contentType), base, limit, now)
  } catch (cause) {
    throw new LoadFailure('upstream', `What ${host} has at this address is not an RSS, Atom or JSON feed.`, {
      cause,
    })
  }
}
