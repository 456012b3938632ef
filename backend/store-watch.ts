import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { every } from './base/pause.ts'

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
export async function awayStores(checks: StoreChecks, patience = AWAY_AFTER): Promise<readonly AwayStore[]> {
  const late = silence(patience)
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

async function silence(patience: number): Promise<never> {
  await setTimeout(patience, undefined, { ref: false })
  // When it was this process that was held up, the answers lie there unread.
  await setImmediate()
  throw new Error('It does not answer.')
}

/**
 * Says in the log when a store goes, when the reason is another, and when it is back: a line each, however many parts of
 * this process meet it. What they would say of it is left out by `openLog`.
 */
export async function watchStores(
  checks: StoreChecks,
  log: Logger,
  signal: AbortSignal,
  /** Told what is away, each time it was asked. */
  tell: (away: readonly AwayStore[]) => void,
): Promise<void> {
  const known = new Map<StoreName, { readonly reason: string; readonly since: number }>()
  await every(EVERY, signal, async () => {
    const found = await awayStores(checks, SILENT_AFTER)
    if (signal.aborted) return
    tell(found)
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
  })
}
