import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector, fetch, type Response as Received } from 'undici'
import { LoadFailure } from '#widgets/define.ts'
import { addressGuard } from './address-guard.ts'
import { explainFetchError } from './fetch-error.ts'
import { type FetchRequest, redirected } from './redirected.ts'

const maxRedirects = 5

/** The addresses of a host name, in the order in which to try them. */
type Lookup = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

export type GuardedFetch = (
  url: string | URL,
  request: FetchRequest | undefined,
  signal: AbortSignal,
) => Promise<Response>

/**
 * A `fetch` for loaders, which go where people's configs point: http and https only, to public addresses and those that
 * `allow` (CIDR ranges) names. What is judged is the very address that is connected to, so neither a redirect nor a
 * name that changes its mind gets around it. The answer is whole when it is returned: at most `maxBytes` once
 * decompressed, within `timeout` ms altogether; `url` is where it came from in the end.
 * @throws LoadFailure `refused` for an address it may not fetch, `upstream` when there is no whole answer; the reason
 * of `signal` once that is aborted.
 */
export function guardedFetch({
  allow,
  timeout,
  maxBytes,
  lookup = (host) => systemLookup(host, { all: true }),
}: {
  readonly allow: readonly string[]
  readonly timeout: number
  readonly maxBytes: number
  readonly lookup?: Lookup
}): GuardedFetch {
  const dispatcher = guardedAgent(addressGuard(allow), lookup, timeout)

  return async (url, request = {}, signal) => {
    signal.throwIfAborted()
    let target = fetchable(url)
    let sent = request
    const ending = new AbortController()
    const tooLate = () =>
      ending.abort(
        new LoadFailure('upstream', `${target.host} did not answer in full within ${timeout / 1000} s.`),
      )
    const givenUp = () => ending.abort(signal.reason)
    const timer = setTimeout(tooLate, timeout)
    signal.addEventListener('abort', givenUp)
    try {
      for (let redirects = 0; ; redirects++) {
        const answer = await fetch(target, {
          ...sent,
          redirect: 'manual',
          dispatcher,
          signal: ending.signal,
        })
        const next = redirectOf(answer, target)
        if (next === undefined) return await whole(answer, target, maxBytes)
        await answer.body?.cancel()
        if (redirects === maxRedirects) {
          throw new LoadFailure('upstream', `${target.host} redirects more than ${maxRedirects} times.`)
        }
        sent = redirected(sent, answer.status, target, next)
        target = next
      }
    } catch (error) {
      throw ending.signal.aborted ? ending.signal.reason : explainFetchError(error, target.host)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', givenUp)
      ending.abort()
    }
  }
}

function fetchable(url: string | URL, base?: URL): URL {
  if (!URL.canParse(String(url), base?.href)) {
    throw new LoadFailure('refused', 'The address to fetch from is not a web address.')
  }
  const parsed = new URL(url, base)
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    throw new LoadFailure('refused', `Only http and https addresses can be fetched, not ${parsed.protocol}`)
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new LoadFailure('refused', 'An address to fetch from must not hold a user name or password.')
  }
  return parsed
}

function redirectOf(answer: Received, from: URL): URL | undefined {
  const location = [301, 302, 303, 307, 308].includes(answer.status) ? answer.headers.get('location') : null
  return location === null ? undefined : fetchable(location, from)
}

/** Reads the whole body, counting bytes as they come out of decompression, so that a bomb is dropped at the limit. */
async function whole(answer: Received, from: URL, maxBytes: number): Promise<Response> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) {
      throw new LoadFailure('upstream', `${from.host} answered with more than ${amount(maxBytes)}.`)
    }
    chunks.push(chunk)
  }
  const headers = new Headers([...answer.headers])
  // They describe the body as it travelled, not as it is now.
  headers.delete('content-encoding')
  headers.delete('content-length')
  const { status, statusText } = answer
  const body = [204, 205, 304].includes(status) ? null : Buffer.concat(chunks)
  const response = new Response(body, { status, statusText, headers })
  return Object.defineProperty(response, 'url', { value: from.href })
}

function amount(bytes: number): string {
  return bytes >= 1024 * 1024 ? `${bytes / 1024 / 1024} MiB` : `${bytes / 1024} KiB`
}

/** Connects to permitted addresses only: a name is looked up once a connection, and only what that gave is tried. */
function guardedAgent(permits: (address: string) => boolean, lookup: Lookup, timeout: number): Agent {
  const refusal = (host: string) =>
    new LoadFailure(
      'refused',
      `${host} is not on the public internet, so it is not fetched from. An admin can allow its address range in HUBS_FETCH_ALLOW.`,
    )
  const permittedLookup: LookupFunction = (host, options, callback) => {
    lookup(host).then(
      (found) => {
        const family = options.family === 4 || options.family === 6 ? options.family : undefined
        const usable = found.filter(
          (each) => permits(each.address) && each.family === (family ?? each.family),
        )
        const first = usable[0]
        if (first === undefined) callback(refusal(host), '')
        else if (options.all) callback(null, [...usable])
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    )
  }
  const connect = buildConnector({ timeout, lookup: permittedLookup } as buildConnector.BuildOptions)
  return new Agent({
    // A host that is an address already is never looked up, so it is judged here.
    connect(options, callback) {
      const host = options.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) !== 0 && !permits(host)) callback(refusal(host), null)
      else connect(options, callback)
    },
  })
}
