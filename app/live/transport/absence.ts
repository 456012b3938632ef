import { places, type Subscription } from '../core/subscription.ts'
import type { Environment } from './environment.ts'
import type { Line } from './lines.ts'

/** Looks whether what a server says is gone is gone: one that lags behind says so of a hub that was just made. */
export interface Absence {
  /** Whether it is gone; then `gone` was called. */
  confirmed(follow: Subscription): Promise<boolean>
  /** A stream said so. */
  said(follow: Subscription): Promise<void>
  /** A stream was refused, which happens when nothing that it asks for is there. */
  refused(line: Line): Promise<void>
}

/** Milliseconds after which another stream is asked for what one did not know, and a refused one is asked again. */
const ASK_ANOTHER = 1_000
const ASK_AGAIN = 15_000

export function openAbsence(options: {
  readonly environment: Environment
  readonly signal: AbortSignal
  stillFollowed(follow: Subscription): boolean
  gone(follow: Subscription): void
  /** Puts what is followed and not carried on a stream. */
  askAgain(): void
  /** Opens all streams anew. */
  renew(): void
}): Absence {
  const { environment, signal, stillFollowed, gone, askAgain, renew } = options

  async function confirmed(follow: Subscription): Promise<boolean> {
    const view = await environment.read.hub(follow.hub).catch(() => null)
    if (!stillFollowed(follow) || view === null || (view && places(view, follow))) return false
    gone(follow)
    return true
  }

  return {
    confirmed,
    async said(follow) {
      if (await confirmed(follow)) return
      await environment.rest(ASK_ANOTHER, signal)
      askAgain()
    },
    async refused({ follows, control }) {
      const found = await Promise.all([...follows].map(confirmed))
      if (!found.includes(true)) await environment.rest(ASK_AGAIN, control.signal)
      if (!control.signal.aborted) renew()
    },
  }
}
