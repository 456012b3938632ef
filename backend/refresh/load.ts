import { hash, randomUUID } from 'node:crypto'
import { type LoadContext, LoadFailure, type WidgetType } from '#widgets/define.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { type LoadError, type LoadResult, RESULT_LIMIT } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import { type Heard, type LoadLifetime, openLifetime } from './load-lifetime.ts'
import { inWords, Timeout, TooLarge } from './load-words.ts'

const DEFAULT_DEADLINE = 10_000
/** Milliseconds of waiting for what is outside after which a load that fails was not answered in time, whatever it says. */
const IN_TIME = 10_000
/** The last millisecond a date can tell. */
const LATEST = 8.64e15
/** What a loader that goes on after its end is told. Made once: a reason of its own for every load is an error with its stack. */
const OVER = new Error('This load has ended.')
const GIVEN_UP = new Error('Nobody waits for this load any more.')

/** What one load needs to know of the key it is for. */
export interface Loadable {
  readonly key: Key
  readonly type: WidgetType
  readonly params: Parameters<WidgetType['load']>[0]
  /** One that shows it: hubs take turns. */
  readonly hub?: string
}

/** The world as one loader may see it, for the time of one load. */
export type OpenContext = (loadable: Loadable, now: number, lifetime: LoadLifetime) => LoadContext

export type Loaded =
  | { readonly kind: 'result'; readonly result: LoadResult }
  | {
      readonly kind: 'failure'
      readonly error: Omit<LoadError, 'at'>
      readonly retryAfter: number | undefined
      readonly heard: Heard
      /** What was thrown: for the log, where its reference leads. */
      readonly thrown: unknown
    }

function deadlineOf({ type }: Pick<Loadable, 'type'>): number {
  return type.definition.deadline ?? DEFAULT_DEADLINE
}

/** A load under way. */
export interface RunningLoad {
  /** Never rejects. */
  readonly loaded: Promise<Loaded>
  /** Nobody waits for the result any more. */
  giveUp(): void
}

/** Runs one loader to a result or a failure. `now` becomes `context.now`; `source` is whom it asks, for words. */
export function load(options: {
  loadable: Loadable
  source: string | undefined
  now: number
  openContext: OpenContext
}): RunningLoad {
  let giveUp = (_reason: Error) => {}
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = reject
  })
  // It may be told after the end, when nobody listens.
  givenUp.catch(() => {})
  return { loaded: run(options, givenUp, giveUp), giveUp: () => giveUp(GIVEN_UP) }
}

async function run(
  { loadable, source, now, openContext }: Parameters<typeof load>[0],
  givenUp: Promise<never>,
  giveUp: (reason: Error) => void,
): Promise<Loaded> {
  const { type, params } = loadable
  const deadline = deadlineOf(loadable)
  const lifetime = openLifetime()
  const tooLate = () => {
    const heard = lifetime.heard(deadline)
    giveUp(new Timeout(deadline, heard === 'unanswered' ? source : undefined, heard))
  }
  const timer = setTimeout(tooLate, deadline)
  let over = OVER
  try {
    const context = openContext(loadable, now, lifetime)
    // A loader that ignores its signal is left behind; its result is thrown away.
    const loaded = await Promise.race([type.load(params, context), givenUp])
    if (loaded.nextChangeAt !== undefined && !(Math.abs(loaded.nextChangeAt) <= LATEST)) {
      throw new Error(`The loader says that its result holds until ${loaded.nextChangeAt}.`)
    }
    const data = canonicalJson(loaded.data)
    const bytes = Buffer.byteLength(data)
    if (bytes > RESULT_LIMIT) throw new TooLarge(bytes)
    const maxAge = type.definition.maxAge * 1_000
    // Jitter keeps keys loaded together from becoming stale together.
    const dueAt = loaded.nextChangeAt ?? now + Math.round(maxAge * (0.9 + Math.random() * 0.1))
    return {
      kind: 'result',
      result: {
        data,
        hash: hash('sha1', data, 'base64url'),
        empty: loaded.empty,
        dueAt: Math.max(dueAt, now + 1_000),
        ...(loaded.notes === undefined ? {} : { notes: loaded.notes }),
      },
    }
  } catch (error) {
    if (endsLoad(error)) over = error
    return {
      kind: 'failure',
      error: { ...inWords(error), reference: randomUUID().slice(0, 8) },
      retryAfter: error instanceof LoadFailure ? error.retryAfter : undefined,
      heard: error instanceof Timeout ? error.heard : lifetime.waited() < IN_TIME ? 'answered' : 'unanswered',
      thrown: error,
    }
  } finally {
    clearTimeout(timer)
    lifetime.abort(over)
  }
}

const endsLoad = (error: unknown): error is Error => error === GIVEN_UP || error instanceof Timeout
