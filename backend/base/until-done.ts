import { setTimeout } from 'node:timers/promises'

const FIRST = 50
const LONGEST = 2_000

/**
 * Tries again, with jittered backoff up to 2 s, for as long as a store fails. `onFailure` hears of every failure.
 * Rejects with the store's error once `signal` is aborted.
 */
export async function untilDone<Result>(
  work: () => Promise<Result>,
  { signal, onFailure }: { signal: AbortSignal; onFailure: (error: unknown, attempt: number) => void },
): Promise<Result> {
  for (let attempt = 1, wait = FIRST; ; attempt++, wait = Math.min(wait * 2, LONGEST)) {
    try {
      return await work()
    } catch (error) {
      onFailure(error, attempt)
      if (signal.aborted) throw error
      await setTimeout(wait * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => {})
      if (signal.aborted) throw error
    }
  }
}
