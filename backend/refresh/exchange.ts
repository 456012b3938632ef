import type { Dispatcher } from 'undici'
import { bodyCollector } from './body-collector.ts'
import type { FetchRequest } from './redirected.ts'
import type { Received } from './whole-answer.ts'

/** What is sent unless the loader says otherwise. */
const defaults = { accept: '*/*', 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'hubs' }
const moved = new Set([301, 302, 303, 307, 308])
/** What undici is told, which nobody hears. */
const OVER = new Error('This exchange is over.')

export interface Exchange {
  /** The whole answer; of a redirect without its body. */
  readonly answer: Promise<Received>
  /** Ends it, if it is not over, with a reason that need not be an error. */
  abort(reason: unknown): void
}

/** Where a redirect leads to. */
export function locationOf({ status, headers }: Pick<Received, 'status' | 'headers'>): string | undefined {
  return moved.has(status) ? headers.location : undefined
}

/**
 * One request and the whole answer to it, of at most `maxBytes` once decompressed (else TooLong). Straight to undici's
 * dispatcher: its `fetch` makes streams, signals and objects that cost as much again as a small answer does.
 */
export function exchange(
  dispatcher: Dispatcher,
  target: URL,
  request: FetchRequest,
  maxBytes: number,
): Exchange {
  let controller: Dispatcher.DispatchController | undefined
  let over = false
  let resolve: (received: Received) => void = () => {}
  let reject: (reason: unknown) => void = () => {}
  const answer = new Promise<Received>((...settle) => {
    ;[resolve, reject] = settle
  })

  /** Says whether it was not over before. */
  function end(): boolean {
    const first = !over
    over = true
    return first
  }

  function abort(reason: unknown): void {
    if (!end()) return
    reject(reason)
    controller?.abort(OVER)
  }

  let collector: ReturnType<typeof bodyCollector> | undefined
  dispatcher.dispatch(dispatched(target, request), {
    onRequestStart(given) {
      controller = given
      if (over) given.abort(OVER)
    },
    onResponseStart(given, status, headers) {
      if (status < 200) return
      if (locationOf({ status, headers }) !== undefined && end()) {
        resolve({ status, headers, body: Buffer.alloc(0) })
        given.abort(OVER)
        return
      }
      collector = bodyCollector(String(headers['content-encoding'] ?? ''), maxBytes, {
        whole: (body) => end() && resolve({ status, headers, body }),
        failed: abort,
      })
    },
    onResponseData: (_, chunk) => {
      if (!over) collector?.add(chunk)
    },
    onResponseEnd: () => collector?.end(),
    onResponseError: (_, error) => abort(error),
  })
  return { answer, abort }
}

function dispatched(
  target: URL,
  { method = 'GET', headers = {}, body }: FetchRequest,
): Dispatcher.DispatchOptions {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return {
    origin: target.origin,
    path: `${target.pathname}${target.search}`,
    method: method.toUpperCase() as Dispatcher.HttpMethod,
    headers: {
      ...defaults,
      ...(body === undefined ? {} : { 'content-type': 'text/plain;charset=UTF-8' }),
      ...Object.fromEntries(given),
    },
    body: body ?? null,
  }
}
