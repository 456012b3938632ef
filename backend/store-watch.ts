import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { every } from './base/pause.ts'
import type { Service } from './base/service.ts'

export type StoreName = 'database' | 'cache' | 'bus'

/** A store that does not serve, and why, as a sentence. */
export interface AwayStore {
  readonly store: StoreName
  readonly reason: string
  readonly error: unknown
}

/** Each rejects while its store does not serve, with the reason as its message. */
export type StoreChecks = Readonly<Record<StoreName, () => Promise<unknown>>>

/** Milliseconds after which a store that has not answered counts as away: for who asks for the health of this process, */
const AWAY_AFTER = 1_000
/** and for the log, where one long query of an embedded database is no news. */
const SILENT_AFTER = 5_000
const EVERY = 2_000

/** Asks all stores. One that hangs is away too, and must not make those wait who ask for the health of this process. */
export async function awayStores(
  checks: StoreChecks,
  patience = AWAY_AFTER,
  signal?: AbortSignal,
): Promise<readonly AwayStore[]> {
  const late = silence(patience, signal)
  late.catch(() => {})
  const names = Object.keys(checks) as StoreName[]
  const states = await Promise.allSettled(names.map((name) => Promise.race([checks[name](), late])))
  return states.flatMap((state, index) => {
    const store = names[index]
    if (state.status === 'fulfilled' || store === undefined) return []
    const { reason: error } = state
    return { store, reason: reasonOf(error), error }
  })
}

/** Errors of ours are sentences. Those of drivers have codes of their own and may name hosts and paths: not for readers. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const ours = code === undefined || (typeof code === 'string' && code.endsWith('-away'))
  return error instanceof Error && ours ? error.message : 'It does not work; the log says why.'
}

async function silence(patience: number, signal: AbortSignal | undefined): Promise<never> {
  await setTimeout(patience, undefined, { ref: false, ...(signal ? { signal } : {}) })
  // When it was this process that was held up, the answers lie there unread.
  await setImmediate()
  throw new Error('It does not answer.')
}

/** Watches the stores of this process. */
export interface StoreWatch extends Service {
  /** Those that do not serve, asked now; a store that hangs is one of them within a second. */
  away(): Promise<readonly AwayStore[]>
  /** Why not all serve, as of the last look, in sentences for readers; nothing when all do. */
  why(): string | undefined
}

/**
 * Says in the log when a store goes, when the reason is another, and when it is back: a line each, however many parts of
 * this process meet it. What they would say of it is left out by `openLog`.
 */
export function storeWatch(checks: StoreChecks, log: Logger): StoreWatch {
  const known = new Map<StoreName, { readonly reason: string; readonly since: number }>()
  let latest: readonly AwayStore[] = []

  function tell(found: readonly AwayStore[]): void {
    for (const { store, reason, error } of found) {
      const before = known.get(store)
      if (before?.reason === reason) continue
      known.set(store, { reason, since: before?.since ?? performance.now() })
      log.warn({ store, err: error }, `The ${store} is away: ${reason}`)
    }
    for (const [store, { since }] of known) {
      if (found.some((away) => away.store === store)) continue
      known.delete(store)
      log.info({ store }, `The ${store} is back after ${Math.round((performance.now() - since) / 1_000)} s.`)
    }
  }

  return {
    away: () => awayStores(checks),
    why() {
      const reasons = new Set(latest.map(({ reason }) => reason))
      return reasons.size > 0 ? [...reasons].join(' ') : undefined
    },
    run: (signal) =>
      every(EVERY, signal, async () => {
        // The end does not wait for a store that hangs.
        const found = await awayStores(checks, SILENT_AFTER, signal)
        if (signal.aborted) return
        latest = found
        tell(found)
      }),
  }
}
