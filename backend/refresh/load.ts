import { hash, randomUUID } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { ZodError } from 'zod'
import { type LoadContext, LoadFailure, type WidgetType } from '#widgets/define.ts'
import { canonicalJson } from '../base/canonical-json.ts'
import { type LoadError, type LoadResult, RESULT_LIMIT } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'

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

/** The end of one load. Its signal is made when it is asked for: many loads need none, and it costs more than they do. */
export interface LoadLifetime {
  aborted(): boolean
  signal(): AbortSignal
  /** An answer from outside, for which the load waits until it comes: only for such time is its source to blame. */
  outside<T>(answer: Promise<T>): Promise<T>
}

/** The world as one loader may see it, for the time of one load. */
export type OpenContext = (loadable: Loadable, now: number, lifetime: LoadLifetime) => LoadContext

/** What a load tells of its source; nothing when it had no answer, and no time to wait for one either. */
type Heard = 'answered' | 'unanswered' | 'nothing'

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

interface OwnLifetime extends LoadLifetime {
  abort(reason: Error): void
  /** Milliseconds for which something outside was waited for. */
  waited(): number
  /** What a load has heard of its source whose time, so many ms, is over. */
  heard(deadline: number): Heard
}

function openLifetime(): OwnLifetime {
  let controller: AbortController | undefined
  let ended: Error | undefined
  let asked = false
  /** Answers from outside that are waited for, since when, and for how long before that. */
  let awaited = 0
  let since = 0
  let before = 0

  function answered(): void {
    awaited--
    if (awaited === 0) before += performance.now() - since
  }

  const waited = () => (awaited === 0 ? before : before + performance.now() - since)

  return {
    outside(answer) {
      asked = true
      if (awaited === 0) since = performance.now()
      awaited++
      answer.then(answered, answered)
      return answer
    },
    waited,
    heard(deadline) {
      if (awaited === 0) return asked ? 'answered' : 'nothing'
      // It may have been asked only when there was hardly any time left.
      return waited() > deadline / 2 ? 'unanswered' : 'nothing'
    },
    aborted: () => ended !== undefined,
    signal() {
      if (!controller) {
        controller = new AbortController()
        // A load may wait for dozens of things at one time.
        setMaxListeners(0, controller.signal)
        if (ended) controller.abort(ended)
      }
      return controller.signal
    },
    abort(reason) {
      ended = reason
      controller?.abort(reason)
    },
  }
}

class Timeout extends Error {
  readonly heard: Heard
  constructor(ms: number, silent: string | undefined, heard: Heard) {
    super(
      `${silent === undefined ? 'It could not be loaded' : `${silent} did not answer`} in ${ms / 1_000} s.`,
    )
    this.heard = heard
  }
}

class TooLarge extends Error {
  constructor(bytes: number) {
    super(`The result has ${bytes} bytes; at most ${RESULT_LIMIT} can be kept.`)
  }
}

/** Words a reader can use. A throw of the loader's own is not shown: its message was written for a log. */
function inWords(error: unknown): { code: LoadError['code']; message: string } {
  if (error instanceof LoadFailure) return { code: error.code, message: error.message }
  if (error instanceof Timeout) return { code: 'timeout', message: error.message }
  if (error instanceof TooLarge) return { code: 'too-large', message: error.message }
  if (error instanceof ZodError) {
    return { code: 'invalid', message: 'The loader returned data this widget type does not accept.' }
  }
  return { code: 'threw', message: 'The loader of this widget failed.' }
}
