import type { IncomingHttpHeaders } from 'node:http'

/** Who may frame an embedded widget, and what its page says to who may not. */
export interface Framing {
  /** For `frame-ancestors`. */
  readonly ancestors: readonly string[]
  /** The origin that frames it although its hub does not allow that: it gets words and nothing of the widget. */
  readonly refused?: string
}

const FRAMES = ['iframe', 'frame', 'embed', 'object']

/**
 * A browser that is told of frame-ancestors alone shows a grey face without a word. So where a request says itself which
 * page frames it, and that may not, it is answered with a sentence that anybody may frame. What it says is not believed
 * where it would open anything: the widget goes out with its hub's own list.
 */
export function framing(headers: IncomingHttpHeaders, allowed: readonly string[] | undefined): Framing {
  // There is no such widget, which anybody may be told.
  if (!allowed) return { ancestors: ['*'] }
  const dest = headers['sec-fetch-dest']
  const from = typeof dest === 'string' && FRAMES.includes(dest) ? originOf(headers.referer) : undefined
  if (from !== undefined && !allowed.includes(from)) return { ancestors: ['*'], refused: from }
  return { ancestors: allowed }
}

function originOf(referer: string | undefined): string | undefined {
  if (referer === undefined || !URL.canParse(referer)) return undefined
  const { origin } = new URL(referer)
  return origin === 'null' ? undefined : origin
}
