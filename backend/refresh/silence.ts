import type { Logger } from 'pino'
import type { WaitGroup } from '../base/wait-group.ts'
import type { Cache, LoadError } from '../cache/cache.ts'
import { LEASE } from './leases.ts'
import type { Loadable, Loaded } from './load.ts'
import { openSourceHealth, type SourceHealth, silentWords } from './source-health.ts'

/** Milliseconds until a load that a silent source did not answer, or was not asked for, is tried again; twice at most. */
const RETRY = 10_000
/** Cards at a time that are told that their source is silent. */
const TELLING = 64

/** How a card is told: its error, and milliseconds until it is tried again. */
export interface FailureRecord {
  readonly error: Omit<LoadError, 'at'>
  readonly retryIn: number
}

/** What follows when a source does not answer: its cards say so, instead of waiting for their turn without a word. */
export interface Silence extends Pick<SourceHealth, 'standing' | 'silent'> {
  /** What the end of a load that was granted at `askedAt` tells of its source; says whether that is silent from now on. */
  hear(source: string, loaded: Loaded, askedAt: number): boolean
  /** Puts it on the card of a key, once, that its source is silent; says whether that is done or begun, or must wait. */
  tell(loadable: Loadable, source: string): boolean
  /** How a load that failed at `now` is told if its silent source is to blame. */
  blame(source: string | undefined, loaded: Loaded, now: number): FailureRecord | undefined
}

export function openSilence(options: {
  readonly cache: Pick<Cache, 'acquire' | 'release' | 'fail'>
  readonly newToken: () => string
  readonly log: Logger
  /** Of which each telling is a part. */
  readonly underWay: WaitGroup
}): Silence {
  const { cache, newToken, log, underWay } = options
  const health = openSourceHealth()
  let telling = 0

  async function tellNow({ key, type }: Loadable, source: string): Promise<void> {
    const token = newToken()
    const grant = await cache.acquire(key, token, LEASE, type.definition.minInterval ?? 0)
    if (grant.outcome !== 'granted') return
    const told = inWords(source, grant.now)
    if (told) await cache.fail(key, token, told.error, told.retryIn)
    else await cache.release(key, token)
  }

  function inWords(source: string, now: number): FailureRecord | undefined {
    const since = health.silentSince(source)
    if (since === undefined) return undefined
    return {
      error: { code: 'timeout', message: silentWords(source, since, now), reference: '' },
      // How seldom it is asked is bounded by what is tried at a time, so that all come soon once it answers.
      retryIn: Math.round(RETRY * (1 + Math.random())),
    }
  }

  return {
    standing: health.standing,
    get silent() {
      return health.silent
    },
    hear(source, loaded, askedAt) {
      const heard = loaded.kind === 'result' ? 'answered' : loaded.heard
      if (heard === 'nothing') return false
      if (heard === 'answered') {
        if (health.answered(source)) log.info({ source }, 'a source answers again')
        return false
      }
      const begins = health.timedOut(source, askedAt)
      if (begins) log.warn({ source }, 'a source does not answer; one load of it at a time is tried')
      return begins
    },
    tell(loadable, source) {
      if (telling >= TELLING) return false
      if (!health.mustTell(source, loadable.key, Date.now())) return true
      telling++
      underWay.begin()
      void tellNow(loadable, source)
        .catch((err: unknown) =>
          log.debug({ err, key: loadable.key }, 'a card could not be told of its source'),
        )
        .finally(() => {
          telling--
          underWay.end()
        })
      return true
    },
    blame(source, loaded, now) {
      if (loaded.kind === 'result' || loaded.heard !== 'unanswered') return undefined
      // What has words of its own keeps them.
      if (source === undefined || loaded.error.code !== 'timeout') return undefined
      const told = inWords(source, now)
      return told && { ...told, error: { ...told.error, reference: loaded.error.reference } }
    },
  }
}
