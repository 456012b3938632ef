import { lookup as systemLookup } from 'node:dns/promises'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, buildConnector } from 'undici'
import { LoadFailure, type WholeResponse } from '#widgets/define.ts'
import { wholeCharacters } from '#widgets/kit/whole-characters.ts'
import { addressGuard } from './address-guard.ts'
import { answerMemory, confirms } from './answer-memory.ts'
import { TooLong } from './body-collector.ts'
import { type Exchange, exchange, locationOf } from './exchange.ts'
import { explainFetchError } from './fetch-error.ts'
import { type FetchRequest, redirected } from './redirected.ts'
import { wholeAnswer } from './whole-answer.ts'

const maxRedirects = 5
/** Of names in DNS (RFC 1035, 2.3.4), and one for the dot that may end them. */
const LONGEST_HOST = 254

/** The addresses of a host name, in the order in which to try them. */
type Lookup = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

export type GuardedFetch = (
  url: string | URL,
  request: FetchRequest | undefined,
  signal: AbortSignal,
) => Promise<WholeResponse>

/**
 * A `fetch` for loaders, which go where people's configs point: http and https only, to public addresses and those that
 * `allow` (CIDR ranges) names. What is judged is the very address that is connected to, so neither a redirect nor a
 * name that changes its mind gets around it. The answer is whole when it is returned: at most `maxBytes` once
 * decompressed, within `timeout` ms altogether; `url` is where it came from in the end.
 * @throws LoadFailure `refused` for an address it may not fetch, `upstream` when there is no whole answer; the reason
 * of `signal` once that is aborted.
 *
 * What its server marks (`ETag`, `Last-Modified`) is asked for by “unless it has changed” the next time, hop by hop, and
 * an answer that it has not is given as the whole answer it stands for: see `answerMemory`.
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
  const memory = answerMemory()

  return async (url, request = {}, signal) => {
    signal.throwIfAborted()
    let target = fetchable(url)
    let sent = request
    let running: Exchange | undefined
    let ended: { readonly reason: unknown } | undefined
    const end = (reason: unknown) => {
      ended = { reason }
      running?.abort(reason)
    }
    const tooLate = () =>
      end(new LoadFailure('upstream', `${target.host} did not answer in full within ${timeout / 1000} s.`))
    const givenUp = () => end(signal.reason)
    const timer = setTimeout(tooLate, timeout)
    signal.addEventListener('abort', givenUp)
    try {
      for (let redirects = 0; ; redirects++) {
        const ask = (conditions = {}) => {
          if (ended) throw ended.reason
          running = exchange(
            dispatcher,
            target,
            { ...sent, headers: { ...sent.headers, ...conditions } },
            maxBytes,
          )
          return running.answer
        }
        const kept = memory.recall(target, sent)
        let received = await ask(kept?.conditions)
        if (kept && received.status === 304) {
          if (confirms(received.headers, kept)) return wholeAnswer(kept.received, target.href)
          received = await ask()
        }
        const location = locationOf(received)
        if (location === undefined) {
          memory.keep(target, sent, received)
          return wholeAnswer(received, target.href)
        }
        const next = fetchable(location, target)
        if (redirects === maxRedirects) {
          throw new LoadFailure('upstream', `${target.host} redirects more than ${maxRedirects} times.`)
        }
        sent = redirected(sent, received.status, target, next)
        target = next
      }
    } catch (error) {
      if (ended) throw ended.reason
      if (error instanceof TooLong) {
        throw new LoadFailure('upstream', `${target.host} answered with more than ${amount(maxBytes)}.`)
      }
      throw explainFetchError(error, target.host)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', givenUp)
    }
  }
}

function fetchable(url: string | URL, base?: URL): URL {
  if (!URL.canParse(String(url), base?.href)) {
    throw new LoadFailure('refused', 'The address to fetch from is not a web address.')
  }
  const parsed = new URL(url, base)
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') {
    const protocol = wholeCharacters(parsed.protocol, 40)
    throw new LoadFailure('refused', `Only http and https addresses can be fetched, not ${protocol}`)
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new LoadFailure('refused', 'An address to fetch from must not hold a user name or password.')
  }
  if (parsed.hostname.length > LONGEST_HOST) {
    throw new LoadFailure('refused', 'The address to fetch from names a host too long to be one.')
  }
  return parsed
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
