import { createHash, randomUUID } from 'node:crypto'
import { ZodError } from 'zod'
import { type LoadContext, LoadFailure, type WidgetType } from '#widgets/define.ts'
import { type LoadError, RESULT_LIMIT, type Result } from '../cache/cache.ts'
import type { Key } from '../cache/version.ts'
import { canonicalJson } from '../hubs/canonical-json.ts'

const DEFAULT_DEADLINE = 10_000
/** What a loader that goes on after its end is told. Made once: a reason of its own for every load is an error with its stack. */
const OVER = new Error('This load has ended.')

/** What one load needs to know of the key it is for. */
export interface Loadable {
  readonly key: Key
  readonly type: WidgetType
  readonly params: Parameters<WidgetType['load']>[0]
}

/** The world as one loader may see it, for the time of one load. */
export type OpenContext = (loadable: Loadable, now: number, signal: AbortSignal) => LoadContext

export type Loaded =
  | { readonly kind: 'result'; readonly result: Result }
  | {
      readonly kind: 'failure'
      readonly error: Omit<LoadError, 'at'>
      readonly retryAfter: number | undefined
      /** What was thrown: for the log, where its reference leads. */
      readonly thrown: unknown
    }

function deadlineOf({ type }: Pick<Loadable, 'type'>): number {
  return type.definition.deadline ?? DEFAULT_DEADLINE
}

/**
 * Runs one loader to a result or a failure; never rejects. `now` becomes `context.now`; `lost` is aborted when nobody
 * waits for the result any more.
 */
export async function load(options: {
  loadable: Loadable
  now: number
  openContext: OpenContext
  lost: AbortSignal
}): Promise<Loaded> {
  const { loadable, now, openContext, lost } = options
  const { type, params } = loadable
  const deadline = deadlineOf(loadable)
  const ended = new AbortController()
  let giveUp = (_reason: unknown) => {}
  const givenUp = new Promise<never>((_, reject) => {
    giveUp = (reason) => {
      ended.abort(reason)
      reject(reason)
    }
  })
  const end = () => giveUp(lost.reason)
  const timer = setTimeout(() => giveUp(new Timeout(deadline)), deadline)
  lost.addEventListener('abort', end, { once: true })
  try {
    const context = openContext(loadable, now, ended.signal)
    // A loader that ignores its signal is left behind; its result is thrown away.
    const loaded = await Promise.race([type.load(params, context), givenUp])
    if (loaded.nextChangeAt !== undefined && !Number.isFinite(loaded.nextChangeAt)) {
      throw new Error(`The loader says that its result holds until ${loaded.nextChangeAt}.`)
    }
    const data = canonicalJson(loaded.data)
    const bytes = Buffer.byteLength(data)
    if (bytes > RESULT_LIMIT) throw new TooLarge(bytes)
    const hash = createHash('sha1').update(data).digest('base64url')
    const maxAge = type.definition.maxAge * 1_000
    // Jitter keeps keys loaded together from becoming stale together.
    const dueAt = loaded.nextChangeAt ?? now + Math.round(maxAge * (0.9 + Math.random() * 0.1))
    return {
      kind: 'result',
      result: { data, hash, empty: loaded.empty, dueAt: Math.max(dueAt, now + 1_000) },
    }
  } catch (error) {
    return {
      kind: 'failure',
      error: { ...inWords(error), reference: randomUUID().slice(0, 8) },
      retryAfter: error instanceof LoadFailure ? error.retryAfter : undefined,
      thrown: error,
    }
  } finally {
    clearTimeout(timer)
    lost.removeEventListener('abort', end)
    ended.abort(OVER)
  }
}

class Timeout extends Error {
  constructor(ms: number) {
    super(`No answer within ${ms / 1_000} s.`)
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
