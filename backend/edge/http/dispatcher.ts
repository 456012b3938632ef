import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Right } from '../../access/can.ts'
import type { Client } from '../../access/client.ts'
import { withoutBasePath } from '../../base/base-path.ts'
import { hostOf, hostRule } from './allowed-hosts.ts'
import type { RequestRecord } from './answers.ts'
import type { Authenticate } from './authenticate.ts'
import type { CallRoute } from './call-route.ts'
import { preflight, shareWithAll } from './cross-origin.ts'
import type { HttpExchange } from './http-exchange.ts'
import type { Identify } from './identify.ts'
import type { Pipelining } from './pipelining.ts'
import { ProblemError } from './problem.ts'
import { answerRaw } from './raw-route.ts'
import { requestUrl } from './request-url.ts'
import type { Answer, RawRoute, Route } from './route.ts'
import { type Found, router } from './router.ts'
import { openStartup } from './startup.ts'

/** Finds what answers a request: a route, a page, or a refusal. */
export interface Dispatcher {
  /**
   * The answer to send; undefined when a raw route or a page answers by itself.
   * @throws ProblemError 400, 404, 405, 421, 503, and what routes and pages throw
   */
  answer(
    request: IncomingMessage,
    response: ServerResponse,
    record: RequestRecord,
  ): Promise<Answer | undefined>
  /** From now on these routes are answered too; until then whoever asks waits, and is told to come again in the end. */
  serve(routes: readonly (Route | RawRoute)[], authenticate: Authenticate): void
  /** Before `serve`: this answers what no route does. */
  servePages(handler: (exchange: HttpExchange) => void): void
}

export function openDispatcher(options: {
  /** Answered from the start, by whatever name and path prefix the process is asked. They ask for no right. */
  health: readonly Route[]
  call: CallRoute
  identify: Identify
  clientOf: (request: IncomingMessage) => Client
  pipelining: Pick<Pipelining, 'claim' | 'release'>
  /** Names of this server besides those of this machine. */
  names: readonly string[]
  /** Browsers are told to keep to https. */
  secure: boolean
  basePath: string
  /** Milliseconds for which a request waits for `serve`. */
  patience?: number | undefined
}): Dispatcher {
  const { health, call, identify, clientOf, pipelining, names, secure, basePath, patience } = options
  const isOurs = hostRule(names)
  const startup = openStartup(patience)
  const findHealth = router(health)
  let find = findHealth
  let authenticate: Authenticate = () => Promise.reject(new Error('Nobody is known before the start.'))
  let pages: ((exchange: HttpExchange) => void) | undefined

  /** What here a request is for. @throws ProblemError 400, 404, 421 */
  function locate(
    request: IncomingMessage,
    response: ServerResponse,
    record: RequestRecord,
  ): { readonly url: URL; readonly found: Found } {
    const whole = requestUrl(request.url)
    if (!whole) throw new ProblemError(400, 'The request names no valid path.')
    const inside = withoutBasePath(whole, basePath)
    const url = inside ?? whole
    const found = (inside ? find : findHealth)(request.method ?? 'GET', url.pathname)
    record.health = found.kind === 'route' && health.includes(found.route as Route)
    // Whoever asks for health asks a process, by whatever name it has there.
    const host = hostOf(request, whole)
    // As routes read it, what is judged here is what was asked for.
    if (host !== undefined) request.headers.host = host
    if (!isOurs(host) && !record.health) {
      throw new ProblemError(421, 'This server has another name: that of HUBS_ORIGIN, or one of HUBS_HOSTS.')
    }
    if (secure) response.setHeader('strict-transport-security', 'max-age=31536000')
    if (!inside && found.kind === 'none') {
      throw new ProblemError(404, `There is nothing at ${whole.pathname}: Hubs is at ${basePath}/.`)
    }
    return { url, found }
  }

  /** @throws ProblemError 404, and what pages throw */
  function showPage(exchange: HttpExchange, record: RequestRecord): void {
    const { pathname } = exchange.url
    if (!pages || pathname === '/api' || pathname.startsWith('/api/'))
      throw new ProblemError(404, `There is nothing at ${pathname}.`)
    record.route = pathname.startsWith('/_next/') ? 'files of pages' : 'pages'
    record.reason = 'not found'
    pages(exchange)
  }

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    record: RequestRecord,
  ): Promise<Answer | undefined> {
    const { url, found } = locate(request, response, record)
    if (found.kind !== 'route' && !startup.over) {
      await startup.wait()
      return answer(request, response, record)
    }
    if (found.kind === 'method') return otherMethod(request, found)
    const exchange = { request, response, url, client: clientOf(request) }
    if (found.kind === 'none') return void showPage(exchange, record)
    const { route, params } = found
    record.route = route.path
    if ('raw' in route) {
      const who = (right: Right) => identify(right, exchange, authenticate)
      return void (await answerRaw(route, exchange, record, pipelining, who))
    }
    // Its refusals too, which a page could not tell from a network that is away.
    if (route.shared) shareWithAll(response)
    return call({ route, params }, exchange, record, authenticate)
  }

  return {
    answer,
    serve(routes, given) {
      find = router([...health, ...routes])
      authenticate = given
      startup.end()
    },
    servePages(handler) {
      pages = handler
    },
  }
}

/** Of a path that is answered, but not to this method. @throws ProblemError 405 */
function otherMethod(
  { method }: IncomingMessage,
  { allow, get }: Found & { readonly kind: 'method' },
): Answer {
  if (method === 'OPTIONS' && get?.shared) return preflight
  throw new ProblemError(405, `${method} is not answered here.`, { headers: { allow } })
}
