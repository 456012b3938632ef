import { retryAfter } from '#widgets/kit/retry-after.ts'
import { backoff } from '../core/backoff.ts'
import { eventDecoder, type LinkEvent, type StreamEvent } from '../core/stream-event.ts'
import { rest as restFor } from './rest.ts'

/** The server does not stream: for now, or what was asked for is refused and would be again. */
export class StreamRefused extends Error {
  readonly code = 'stream-refused'
  readonly status: number
  /** Milliseconds to wait before it is asked again, if it says so. */
  readonly retryAfter: number
  constructor(status: number, retryAfter = 0) {
    super(`The stream was refused with ${status}.`)
    this.name = 'StreamRefused'
    this.status = status
    this.retryAfter = retryAfter
  }
}

export interface StreamOptions {
  /** Address with what is asked for, without a cursor. */
  readonly url: string
  /** Everything up to here is known. */
  readonly cursor: string
  readonly signal: AbortSignal
  readonly fetch?: typeof fetch
  readonly random?: () => number
  /** Milliseconds; ends early, without an error, when the signal aborts. */
  readonly rest?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** What a server may ask for at most; it is asked again then. */
const LONGEST_RETRY_AFTER = 300_000
/** A connection that held this long was a good one: the next delay begins small again. */
const GOOD_AFTER = 5_000
const CONNECT_WITHIN = 5_000
/** Seconds between beats until `hello` tells. */
const HEARTBEAT = 8

/**
 * Reads an event stream for as long as the signal lets it, over as many connections as that takes. The cursor moves
 * when the consumer asks for the next event, so that one it did not take in is sent again.
 * EventSource is not used: it gives up for good on a 502, and has no backoff.
 * @throws StreamRefused on 4xx other than 429.
 */
export async function* stream(options: StreamOptions): AsyncGenerator<LinkEvent, void> {
  const { url, signal, random = Math.random, rest = restFor } = options
  let { cursor } = options
  let failures = 0
  let first = true
  while (!signal.aborted) {
    const began = performance.now()
    let asked = 0
    let bye = false
    let crowded = false
    try {
      const patience = CONNECT_WITHIN * 2 ** Math.min(failures, 2)
      const request = first
        ? { url: `${url}&cursor=${encodeURIComponent(cursor)}`, headers: {} }
        : { url, headers: { 'last-event-id': cursor } }
      for await (const event of connection(request, patience, options)) {
        yield event
        first = false
        cursor = event.id ?? cursor
        bye = event.name === 'bye'
        if (bye) break
      }
    } catch (error) {
      if (error instanceof StreamRefused) {
        const { status, retryAfter } = error
        crowded = status === 429
        if (status >= 400 && status < 500 && !crowded) throw error
        asked = retryAfter
      }
    }
    if (signal.aborted) return
    yield crowded ? { name: 'lost', crowded } : { name: 'lost' }
    failures = bye || performance.now() - began > GOOD_AFTER ? 0 : failures + 1
    // On top of what the server asked for, so that those it sent away together do not come back together.
    await rest(asked + backoff(failures, random), signal)
  }
}

async function* connection(
  request: { readonly url: string; readonly headers: Record<string, string> },
  patience: number,
  { signal, fetch: ask = fetch }: StreamOptions,
): AsyncGenerator<StreamEvent, void> {
  const control = new AbortController()
  const stop = () => control.abort()
  signal.addEventListener('abort', stop)
  // A half-open connection makes no sound, and the server's beats make silence a sign.
  let watchdog = setTimeout(stop, patience)
  const heardWithin = (ms: number) => {
    clearTimeout(watchdog)
    watchdog = setTimeout(stop, ms)
  }
  let silence = HEARTBEAT * 1_250
  try {
    const response = await ask(request.url, {
      headers: { accept: 'text/event-stream', ...request.headers },
      cache: 'no-store',
      signal: control.signal,
    })
    if (!response.ok || !response.body || !isEventStream(response)) {
      void response.body?.cancel().catch(() => {})
      const after = retryAfter(response.headers.get('retry-after'), Date.now()) ?? 0
      throw new StreamRefused(response.status, Math.min(after, LONGEST_RETRY_AFTER))
    }
    heardWithin(silence)
    const reader = response.body.getReader()
    const decode = eventDecoder()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      heardWithin(silence)
      for (const event of decode(value)) {
        if (event.name === 'hello') silence = event.data.heartbeat * 1_250
        yield event
      }
      heardWithin(silence)
    }
  } finally {
    clearTimeout(watchdog)
    signal.removeEventListener('abort', stop)
    control.abort()
  }
}

function isEventStream(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}
