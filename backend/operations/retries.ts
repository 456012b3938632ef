import type { Client } from '../access/client.ts'
import { openRate } from '../base/rate.ts'
import { type Refusal, refusal } from '../base/refusal.ts'
import type { Cache, LoadError } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'

/** Milliseconds between two retries of one key that readers may ask for. */
const RETRY_EVERY = 2_000
/** Retries that one client may ask for: more than a team behind one address does. */
const RETRIES = { times: 120, seconds: 60 }

/** Anybody may have a card loaded again, within bounds. */
export interface Retries {
  /** Counts one more of a client; says no once there were too many. */
  admit(client: Client): Promise<Refusal | undefined>
  /** Makes the key due. Says no where a load would not begin, or only do harm once more. */
  retry(key: Key): Promise<Refusal | undefined>
}

export function openRetries(cache: Pick<Cache, 'read' | 'invalidate'>): Retries {
  const rate = openRate(RETRIES)
  /** Keys asked for lately, and when; the oldest first. */
  const recent = new Map<Key, number>()

  function isRecent(key: Key): boolean {
    const now = performance.now()
    for (const [asked, at] of recent) {
      if (now - at < RETRY_EVERY) break
      recent.delete(asked)
    }
    return recent.has(key)
  }

  return {
    async admit({ counted }) {
      const retryAfter = await rate.wait(counted)
      if (retryAfter !== undefined) {
        return refusal('limited', 'Too many cards were asked for from your address.', { retryAfter })
      }
      await rate.count(counted)
      return undefined
    },
    async retry(key) {
      if (isRecent(key)) {
        return refusal('limited', 'It was asked for a moment ago. Wait two seconds.', { retryAfter: 2 })
      }
      const [entry] = (await cache.read([key])).entries
      const refused = entry?.error && !entry.building ? inVain(entry.error) : undefined
      if (refused) return refused
      recent.set(key, performance.now())
      await cache.invalidate([{ key }])
      await cache.read([key], { want: true })
      return undefined
    },
  }
}

function inVain({ code, message }: LoadError): Refusal | undefined {
  if (code === 'limited') return refusal('limited', `${message} It is loaded again by itself.`)
  return code === 'set-aside' ? refusal('conflict', message) : undefined
}
