import { pause } from './pause.ts'

/**
 * Does `work` until it succeeds, for a store that may be away: with jittered exponential backoff, from `first` ms up to
 * `longest`. `onFailure` hears of every failure. Rejects with the last one once `signal` has aborted.
 */
export async function retry<Result>(
  work: () => Promise<Result>,
  options: {
    readonly signal: AbortSignal
    readonly onFailure: (error: unknown, attempt: number) => void
    readonly first?: number
    readonly longest?: number
  },
): Promise<Result> {
  const { signal, onFailure, first = 50, longest = 2_000 } = options
  for (let attempt = 1, wait = first; ; attempt++, wait = Math.min(wait * 2, longest)) {
    try {
      return await work()
    } catch (error) {
      onFailure(error, attempt)
      if (signal.aborted) throw error
      await pause(wait * (0.5 + Math.random() / 2), signal)
      if (signal.aborted) throw error
    }
  }
}
