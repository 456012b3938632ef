import type { Logger } from 'pino'
import type { Cache } from '../cache/cache.ts'
import { retryIn } from './backoff.ts'
import type { RefreshCounts } from './counts.ts'
import type { Leases } from './leases.ts'
import type { Loaded } from './load.ts'
import type { LeasedKey, LoadInTurn } from './load-in-turn.ts'
import { afterLost } from './lost-leases.ts'
import type { FailureRecord, Silence } from './silence.ts'

type CommitOutcome = Awaited<ReturnType<Cache['commit']>>

/** Loads a key whose lease was granted, and commits what comes of it or gives the lease back. @throws CacheAway */
export type RefreshLeased = (leased: LeasedKey) => Promise<void>

export function leasedRefresh(options: {
  readonly cache: Pick<Cache, 'commit' | 'fail' | 'release'>
  readonly leases: Pick<Leases, 'hold' | 'drop'>
  readonly loadInTurn: LoadInTurn
  readonly silence: Pick<Silence, 'blame'>
  readonly counts: RefreshCounts
  /** An event overtook the load: its key is due again. */
  readonly onDue: () => void
  readonly log: Logger
  readonly signal: AbortSignal
}): RefreshLeased {
  const { cache, leases, loadInTurn, silence, counts, onDue, log, signal } = options

  function committed({ loadable, grant }: LeasedKey, hash: string, outcome: CommitOutcome): void {
    if (outcome === 'lost') counts.lost++
    else if (hash !== grant.previousHash) {
      counts.changed++
      if (grant.byClock && loadable.type.definition.truth !== 'events') counts.unannounced++
    }
    if (outcome === 'stale') onDue()
  }

  /** How a failure is told, and when it is tried again. */
  function recordOf(
    { stay, loadable, grant }: LeasedKey,
    failure: Extract<Loaded, { kind: 'failure' }>,
  ): FailureRecord {
    const { key } = loadable
    const { type, source } = stay.lane
    const { code, reference } = failure.error
    log.warn({ err: failure.thrown, reference, key, type, code }, 'a load failed')
    counts.failed++
    return (
      silence.blame(source, failure, grant.now) ?? {
        error: failure.error,
        retryIn: retryIn(grant.failures, failure.retryAfter),
      }
    )
  }

  return async (leased) => {
    const { loadable, token, grant } = leased
    const { key } = loadable
    if (signal.aborted) return cache.release(key, token)
    const aside = afterLost(grant.lost)
    if (aside) {
      const { reference, message } = aside.error
      log.error({ key, reference, lost: grant.lost }, message)
      return cache.fail(key, token, aside.error, aside.retryIn)
    }
    const lease = leases.hold(key, token)
    try {
      const loaded = await loadInTurn(leased, lease)
      if (!loaded || (signal.aborted && loaded.kind === 'failure')) return await cache.release(key, token)
      if (loaded.kind === 'result') {
        committed(leased, loaded.result.hash, await cache.commit(key, token, loaded.result))
      } else {
        const record = recordOf(leased, loaded)
        await cache.fail(key, token, record.error, record.retryIn)
      }
    } finally {
      leases.drop(lease)
    }
  }
}
