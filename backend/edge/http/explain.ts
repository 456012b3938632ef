import type { Explanation } from '#contract/explanation.ts'
import type { PlacedWidget } from '../../hubs/placed.ts'
import type { Client } from './client-address.ts'
import { ProblemError } from './problem.ts'
import { openQuota } from './quota.ts'
import { openRate } from './rate.ts'

/** Explanations made at a time, of all and of each client; each reads the event log. */
const AT_ONCE = { all: 8, client: 4 }
/** Those that one client may ask for: more than a team behind one address looks at. */
const ASKED = { times: 120, seconds: 60 }

/** Anybody may ask why a card is as it is, within bounds. @throws ProblemError 429, 503 */
export function boundedExplain(
  explain: (widget: PlacedWidget) => Promise<Explanation>,
): (widget: PlacedWidget, client: Client) => Promise<Explanation> {
  const quota = openQuota(AT_ONCE)
  const rate = openRate(ASKED)
  const making = new Map<string, Promise<Explanation>>()

  async function make(widget: PlacedWidget, { counted }: Client): Promise<Explanation> {
    const taken = quota.take(counted, 1)
    if (typeof taken === 'string') {
      const detail = 'Too many cards are being explained. Ask again in a moment.'
      throw new ProblemError(taken === 'client' ? 429 : 503, detail, { headers: { 'retry-after': '1' } })
    }
    try {
      return await explain(widget)
    } finally {
      taken.release()
    }
  }

  return async (widget, client) => {
    await rate.check(client, 'Too many explanations were asked for from your address.')
    await rate.count(client)
    // Those who ask at the same time are told the same.
    let made = making.get(widget.id)
    if (!made) {
      made = make(widget, client).finally(() => making.delete(widget.id))
      making.set(widget.id, made)
    }
    return made
  }
}
