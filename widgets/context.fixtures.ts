import type { LoadContext, LoggedEvent, LoggedEvents } from './define.ts'
import { partyOf } from './kit/party.ts'

/** A context in which nothing can be reached but what a test gives. */
export function contextWith(given: Partial<LoadContext> = {}): LoadContext {
  const unreachable = async () => {
    throw new Error('this loader was not expected to reach for that')
  }
  return {
    fetch: unreachable,
    events: unreachable,
    gitLog: unreachable,
    secrets: {},
    party: partyOf('a test'),
    now: Date.UTC(2026, 0, 15, 12),
    signal: new AbortController().signal,
    ...given,
  }
}

/** An event log that holds these events, whatever is asked for. */
export function logOf(...events: readonly LoggedEvent[]): () => Promise<LoggedEvents> {
  return async () => ({ events, more: false })
}
