import type { Explanation } from '#contract/explanation.ts'
import type { Client } from '../access/client.ts'
import { openQuota } from '../base/quota.ts'
import { openRate } from '../base/rate.ts'
import { type Refusal, refusal } from '../base/refusal.ts'
import type { PlacedWidget } from '../hubs/placed.ts'

/** Explanations made at a time, of all and of each client; each reads the event log. */
const AT_ONCE = { all: 8, client: 4 }
/** Those that one client may ask for: more than a team behind one address looks at. */
const ASKED = { times: 120, seconds: 60 }

export type Explain = (widget: PlacedWidget, client: Client) => Promise<Explanation | Refusal>

/** Anybody may ask why a card is as it is, within bounds. */
export function boundedExplain(explain: (widget: PlacedWidget) => Promise<Explanation>): Explain {
  const quota = openQuota(AT_ONCE)
  const rate = openRate(ASKED)
  const making = new Map<string, Promise<Explanation | Refusal>>()

  async function make(widget: PlacedWidget, { counted }: Client): Promise<Explanation | Refusal> {
    const taken = quota.take(counted, 1)
    if (typeof taken === 'string') {
      const detail = 'Too many cards are being explained. Ask again in a moment.'
      return refusal(taken === 'client' ? 'limited' : 'full', detail, { retryAfter: 1 })
    }
    try {
      return await explain(widget)
    } finally {
      taken.release()
    }
  }

  return async (widget, client) => {
    const retryAfter = await rate.wait(client.counted)
    if (retryAfter !== undefined) {
      const detail = 'Too many explanations were asked for from your address.'
      return refusal('limited', detail, { retryAfter })
    }
    await rate.count(client.counted)
    // Those who ask at the same time are told the same.
    let made = making.get(widget.id)
    if (!made) {
      made = make(widget, client).finally(() => making.delete(widget.id))
      making.set(widget.id, made)
    }
    return made
  }
}
