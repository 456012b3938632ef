import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Client } from '../../access/client.ts'
import { openQuota, type Permit, type Quota, type QuotaLimits } from '../../base/quota.ts'
import { inflated } from './inflated.ts'
import { ProblemError } from './problem.ts'

/**
 * What bodies of requests under way may take of a process, in bytes: of those with a token and, apart from them, of
 * those who prove who they are by the body alone. The former count as declared, the latter as they come, or a few words
 * would hold what they promise.
 */
export interface BodyLimits extends QuotaLimits {
  /** Milliseconds a body may take however slowly it comes, and the bytes a second it must bring from then on. */
  readonly grace: number
  readonly rate: number
  /** Milliseconds after which a body without a token is given up: those who deliver give up sooner themselves. */
  readonly patience: number
}

const usual: BodyLimits = {
  all: 96 * 1024 * 1024,
  client: 64 * 1024 * 1024,
  grace: 10_000,
  rate: 32 * 1024,
  patience: 30_000,
}

/** Bytes taken ahead of a body that does not say how long it is. */
const STEP = 64 * 1024

/** The body of one request. Its bytes count against the limits until they are released. */
export interface Body {
  /**
   * The whole of it, unpacked. @throws ProblemError 413 over `limit` bytes, packed or not, 429 or 503 when there is no
   * room for it (all three without reading on), 408 when it comes too slowly, 415 packed as we do not know, 400 when it
   * cannot be unpacked.
   */
  read(limit: number): Promise<Buffer>
  /** To be called before it is read, when whoever sends it has shown a token. */
  prove(): void
  release(): void
}

export type OpenBody = (request: IncomingMessage, response: ServerResponse, client: Client) => Body

export function requestBodies(limits: Partial<BodyLimits> = {}): OpenBody {
  const { all, client: each, grace, rate, patience } = { ...usual, ...limits }
  const proven = openQuota({ all, client: each })
  const unproven = openQuota({ all, client: each })

  /** @throws ProblemError */
  function take(quota: Quota, { counted, address }: Client, bytes: number): Permit {
    const taken = quota.take(counted, bytes)
    if (taken === 'client') throw later(429, `Too many bytes are on their way from ${address} at once.`)
    if (taken === 'all') throw later(503, 'Too many bytes are on their way at once.')
    return taken
  }

  return (request, response, client) => {
    const held: Permit[] = []
    let quota = unproven
    let room = 0
    const makeRoom = (bytes: number): void => {
      held.push(take(quota, client, bytes))
      room += bytes
    }

    return {
      async read(limit) {
        const declared = Number(request.headers['content-length'] ?? 0)
        if (declared > limit) throw tooLarge(limit)
        if (declared > 0 && quota === proven) makeRoom(declared)
        // A client that asks before it sends a body is told only now that it is wanted.
        if (/^100-continue$/i.test(request.headers.expect ?? '')) response.writeContinue()
        const admit = (length: number): void => {
          // In steps once it is long, so that there are few permits; for the first bytes no more than they are.
          if (length > room) makeRoom(Math.max(length - room, Math.min(STEP, length)))
        }
        const within = quota === proven ? Infinity : patience
        const sent = await collect(request, { grace, rate, within }, (length) => {
          if (length > limit) throw tooLarge(limit)
          admit(length)
        })
        const body = await inflated(sent, request.headers['content-encoding'], limit, admit)
        if (!body) throw tooLarge(limit)
        return body
      },
      prove() {
        quota = proven
      },
      release() {
        for (const taken of held.splice(0)) taken.release()
      },
    }
  }
}

/** Reads a body to its end. `admit` is told of each new length, and refuses it by throwing. */
function collect(
  request: IncomingMessage,
  { grace, rate, within }: Pick<BodyLimits, 'grace' | 'rate'> & { readonly within: number },
  admit: (length: number) => void,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const began = performance.now()
    let length = 0
    let timer = setTimeout(look, grace)

    function look(): void {
      const left = began + Math.min(within, grace + (length / rate) * 1_000) - performance.now()
      if (left > 0) timer = setTimeout(look, left)
      else end(() => reject(tooSlow()))
    }
    function take(chunk: Buffer): void {
      length += chunk.length
      try {
        admit(length)
        chunks.push(chunk)
      } catch (error) {
        end(() => reject(error))
      }
    }
    const whole = (): void => end(() => resolve(Buffer.concat(chunks)))
    const gone = (): void =>
      end(() => reject(Object.assign(new Error('The client went away'), { code: 'ECONNRESET' })))
    function end(how: () => void): void {
      clearTimeout(timer)
      request.off('data', take).off('end', whole).off('error', gone).off('close', gone)
      how()
    }
    request.on('data', take).on('end', whole).on('error', gone).on('close', gone)
  })
}

const tooLarge = (limit: number) => new ProblemError(413, `The body may have at most ${limit} bytes.`)
const tooSlow = () =>
  new ProblemError(408, 'The body comes too slowly. Send it again over a better connection.')
const later = (status: 429 | 503, detail: string) =>
  new ProblemError(status, `${detail} Send it again in a few seconds.`, {
    headers: { 'retry-after': '5' },
    ...(status === 503 ? { reason: 'full' } : {}),
  })

/** @throws ProblemError 400 */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new ProblemError(400, 'The body must be JSON in UTF-8.', {
      errors: [{ field: '', message: 'is not JSON' }],
    })
  }
}
