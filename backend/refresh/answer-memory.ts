import { hash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { FetchRequest } from './redirected.ts'
import type { Received } from './whole-answer.ts'

/** Bytes of answers kept by one process, and of one of them. */
const MOST = 16 * 1024 * 1024
const MOST_EACH = 1024 * 1024
/** Milliseconds for which a server is believed that nothing has changed; then it is asked for the whole once more. */
const BELIEVED = 3_600_000
/** Milliseconds a body must have rested before a time of last change, which has whole seconds, can stand for it. */
const RESTED = 60_000

/** A whole answer that can be asked for by “unless it has changed”. */
export interface KeptAnswer {
  readonly received: Received
  /** What to send with the request to be told so. */
  readonly conditions: Readonly<Record<string, string>>
}

export interface AnswerMemory {
  /** What this very request was last answered with at this very address. */
  recall(address: URL, request: FetchRequest): KeptAnswer | undefined
  /** Keeps an answer of 200 if its server gave it a mark to ask by, and allows it. */
  keep(address: URL, request: FetchRequest, received: Received): void
}

interface Entry extends KeptAnswer {
  /** When it was fetched whole, ms since 1970. */
  readonly since: number
  readonly bytes: number
}

/**
 * The last answers to GET, newest use last, so that what has not changed is not sent again. Kept by address and all
 * headers of the request, so that no answer is given for another's credentials, and whatever `Vary` names is the same.
 */
export function answerMemory(now: () => number = Date.now): AnswerMemory {
  const kept = new Map<string, Entry>()
  let bytes = 0

  function drop(key: string): void {
    bytes -= kept.get(key)?.bytes ?? 0
    kept.delete(key)
  }

  return {
    recall(address, request) {
      if (!isPlainGet(request)) return undefined
      const key = keyOf(address, request)
      const entry = kept.get(key)
      if (entry === undefined) return undefined
      kept.delete(key)
      kept.set(key, entry)
      return now() - entry.since < BELIEVED ? entry : undefined
    },
    keep(address, request, { status, headers, body }) {
      if (status !== 200 || !isPlainGet(request)) return
      const key = keyOf(address, request)
      drop(key)
      const conditions = conditionsOf(headers)
      const size = sizeOf(headers, body)
      if (conditions === undefined || size > MOST_EACH) return
      // What a cookie of an earlier answer said is over. A small buffer is a view of a larger one, and would hold that.
      const { 'set-cookie': _, ...lasting } = headers
      const received = { status, headers: lasting, body: Buffer.from(new Uint8Array(body).buffer) }
      kept.set(key, { received, conditions, since: now(), bytes: size })
      bytes += size
      for (const oldest of kept.keys()) {
        if (bytes <= MOST) break
        drop(oldest)
      }
    },
  }
}

/** Whether an answer of 304 is about this one: some servers mark what has not changed, and it may be another by now. */
export function confirms(headers: IncomingHttpHeaders, { conditions }: KeptAnswer): boolean {
  const asked = conditions['if-none-match']
  return headers.etag === undefined || asked === undefined || strong(headers.etag) === strong(asked)
}

const strong = (mark: string) => mark.replace(/^W\//, '')

/** With what an entry of the map costs besides. */
function sizeOf(headers: IncomingHttpHeaders, body: Buffer): number {
  return Object.entries(headers).reduce(
    (sum, [name, value = '']) => sum + name.length + value.length,
    body.byteLength + 1024,
  )
}

/** Who asks by conditions of their own, or for a part, is answered by the server alone. */
function isPlainGet({ method = 'GET', headers = {}, body }: FetchRequest): boolean {
  const special = Object.keys(headers).some((name) => /^(?:if-|range$)/i.test(name))
  return method.toUpperCase() === 'GET' && body === undefined && !special
}

function keyOf(address: URL, { headers = {} }: FetchRequest): string {
  const sent = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])
  return hash(
    'sha256',
    JSON.stringify([address.origin, address.pathname, address.search, sent.sort()]),
    'base64url',
  )
}

function conditionsOf(headers: IncomingHttpHeaders): Record<string, string> | undefined {
  if (/\bno-store\b/i.test(headers['cache-control'] ?? '') || headers.vary?.includes('*')) return undefined
  const changed = headers['last-modified']
  const rested = Date.parse(headers.date ?? '') - Date.parse(changed ?? '') >= RESTED
  const conditions = {
    ...(headers.etag === undefined ? {} : { 'if-none-match': headers.etag }),
    ...(changed !== undefined && rested ? { 'if-modified-since': changed } : {}),
  }
  return Object.keys(conditions).length > 0 ? conditions : undefined
}
