import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Metric } from 'prom-client'
import { withoutBasePath } from '../../base/base-path.ts'
import { type Actor, anonymous } from '../../operations/actor.ts'
import { can, type Right } from '../../operations/can.ts'
import { hostOf, hostRule } from './allowed-hosts.ts'
import { sendAnswer } from './answer.ts'
import { type Answers, type Asked, openAnswers } from './answers.ts'
import type { Authenticate } from './authenticate.ts'
import type { Client } from './client-address.ts'
import { preflight, sharedHeaders } from './cross-origin.ts'
import { type Ending, endingOf } from './ending.ts'
import { inTurn } from './in-turn.ts'
import type { AskedPage } from './pages.ts'
import { ProblemError } from './problem.ts'
import { openQuota } from './quota.ts'
import { type BodyLimits, parseJson, requestBodies } from './request-body.ts'
import type { Answer, Call, RawRoute, Route } from './route.ts'
import { router } from './router.ts'
import { openTokenGuesses } from './token-guesses.ts'

export interface FrontServer {
  readonly server: Server
  /** From now on these routes are answered too; until then whoever asks waits, and is told to come again in the end. */
  serve(routes: readonly (Route | RawRoute)[], authenticate: Authenticate): void
  /** Before `serve`: this answers what no route does. */
  servePages(handler: (asked: AskedPage) => void): void
  readonly ending: Ending
  readonly metrics: readonly Metric[]
}

/** Milliseconds for which whoever asks while the process starts waits, and how many may. */
const START_PATIENCE = 10_000
const MOST_WAITING = 2_000

/** Bytes of answers that are kept for those who have not read them yet. */
const UNREAD = { all: 256 * 1024 * 1024, client: 64 * 1024 * 1024 }
/** Bytes of an answer that are not counted. */
const SMALL = 16 * 1024
/** Milliseconds after which a connection is ended on which neither side says or takes anything. */
const STALLED = 60_000

/** Codes of the errors of stores that do not serve; their messages say why. */
const AWAY = new Set(['cache-away', 'bus-away', 'bus-full', 'database-away'])

const starting = (detail: string) =>
  new ProblemError(503, detail, { headers: { 'retry-after': '2' }, reason: 'starting' })

type Watched = ReturnType<Answers['watch']>

/** The one port: everything except pages is answered here, from an explicit list of routes. */
export function frontServer(options: {
  /** Answered from the start. */
  health: readonly Route[]
  clientOf: (request: IncomingMessage) => Client
  log: Logger
  /** Names the server has besides those of this machine, and whether it is reached by https. */
  names?: readonly string[]
  secure?: boolean
  /** All but health is below it; what is asked for is told to routes and pages as without it. */
  basePath?: string
  bodies?: Partial<BodyLimits>
  patience?: number
}): FrontServer {
  const {
    health,
    clientOf,
    log,
    names = [],
    secure = false,
    basePath = '',
    bodies,
    patience = START_PATIENCE,
  } = options
  const isOurs = hostRule(names)
  const guesses = openTokenGuesses(log)
  const openBody = requestBodies(bodies)
  const answers = openAnswers(clientOf, log)
  const unread = openQuota(UNREAD)
  /** Those that a raw route answers. */
  const taken = new WeakSet<Duplex>()
  let start = (): void => {}
  const started = new Promise<void>((resolve) => {
    start = resolve
  })
  let waiting = 0
  const findHealth = router(health)
  let find = findHealth
  let authenticate: Authenticate | undefined
  let pages: ((asked: AskedPage) => void) | undefined

  function toProblem(error: unknown, request: IncomingMessage): ProblemError {
    if (error instanceof ProblemError) return error
    const code = (error as { code?: unknown } | undefined)?.code
    if (error instanceof Error && typeof code === 'string' && AWAY.has(code)) {
      const detail = `${error.message} Try again in a few seconds.`
      return new ProblemError(503, detail, {
        headers: { 'retry-after': '2' },
        reason: code.replace('-', ' '),
      })
    }
    const reference = randomUUID().slice(0, 8)
    log.error(
      { err: error, reference, method: request.method, path: request.url?.split('?')[0] },
      'request failed',
    )
    return new ProblemError(500, `Something went wrong on our side. The log has it under ${reference}.`)
  }

  /** Whoever asks for what anyone may is not asked who that is. @throws ProblemError 401, 403, 429 */
  async function actorFor(right: Right, client: Client, header: string | undefined): Promise<Actor> {
    if (right === 'anyone') return anonymous
    const verify = authenticate
    // Only health is answered before, which asks for nothing.
    if (!verify) throw starting('Hubs is starting.')
    const actor = await guesses.watch(client, header, () => verify(header))
    if (can(actor, right)) return actor
    throw new ProblemError(403, `This token lacks the scope ${right}.`, { token: actor.token })
  }

  async function answer(
    route: Route,
    params: Call['params'],
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    asked: Asked,
  ) {
    const client = clientOf(request)
    const body = openBody(request, response, client)
    try {
      const actor = await actorFor(route.right, client, request.headers.authorization)
      if (actor !== anonymous) {
        asked.token = actor.token
        body.prove()
      }
      const given = await route.handle({
        method: request.method ?? 'GET',
        url,
        params,
        headers: request.headers,
        client,
        actor,
        body: body.read,
        json: async (limit) => parseJson(await body.read(limit)),
      })
      // Who changed what, for whoever has to find out later.
      if (route.method === 'PUT' || route.method === 'DELETE') {
        const { token } = asked
        const { method } = route
        log.info(
          { method, path: url.pathname, status: given.status, client: client.address, token },
          'changed',
        )
      }
      give(request, response, given)
    } finally {
      body.release()
    }
  }

  function give(request: IncomingMessage, response: ServerResponse, given: Answer): void {
    // It may have begun since the request came.
    if (ending.begun && !response.headersSent) response.setHeader('connection', 'close')
    sendAnswer(request, response, given)
    const bytes = response.socket?.writableLength ?? 0
    if (bytes < SMALL) return
    const kept = unread.take(clientOf(request).counted, bytes)
    if (typeof kept === 'string') response.destroy()
    else response.once('close', kept.release)
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown, asked: Asked): void {
    // The client went away in the middle of its body.
    if (response.destroyed && (error as { code?: unknown } | undefined)?.code === 'ECONNRESET') return
    const { problem, headers, reason, token } = toProblem(error, request)
    asked.reason = reason
    asked.token ??= token
    give(request, response, {
      status: problem.status,
      headers: { 'content-type': 'application/problem+json', ...headers },
      body: problem,
    })
  }

  /** Nobody but the route answers on its connection from here on; what a client says on it further ends it. */
  async function answerRaw(
    route: RawRoute,
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    watched: Watched,
  ): Promise<void> {
    if (request.method !== 'GET') {
      throw new ProblemError(405, 'Only GET is answered here.', { headers: { allow: 'GET' } })
    }
    // What is pipelined behind another answer would hold up what comes behind it for ever.
    if (turns.waited(request))
      throw new ProblemError(400, 'This takes a connection of its own: do not pipeline it.')
    const { socket } = request
    taken.add(socket)
    try {
      await route.raw({ request, response, url, client: clientOf(request) })
      watched.stream()
    } catch (error) {
      taken.delete(socket)
      if (route.shared) share(response)
      throw error
    }
  }

  /**
   * Whoever asks while the process starts waits for that, so that a proxy that knows of it already fails nobody: a delivery
   * whose body is on its way can be given to no other process. @throws ProblemError
   */
  async function untilStarted(): Promise<void> {
    waiting += 1
    if (waiting <= MOST_WAITING) await Promise.race([started, delay(patience, undefined, { ref: false })])
    waiting -= 1
    if (authenticate) return
    throw starting('Hubs is starting, or waits for a store that is away. Try again in a few seconds.')
  }

  async function answerAny(
    request: IncomingMessage,
    response: ServerResponse,
    asked: Watched,
  ): Promise<void> {
    if (ending.begun) response.setHeader('connection', 'close')
    const whole = parseUrl(request.url)
    if (!whole) throw new ProblemError(400, 'The request names no valid path.')
    const inside = withoutBasePath(whole, basePath)
    const url = inside ?? whole
    const found = (inside ? find : findHealth)(request.method ?? 'GET', url.pathname)
    asked.health = found.kind === 'route' && health.includes(found.route as Route)
    // Whoever asks for health asks a process, by whatever name it has there.
    const host = hostOf(request, whole)
    // As routes read it, what is judged here is what was asked for.
    if (host !== undefined) request.headers.host = host
    if (!isOurs(host) && !asked.health) {
      throw new ProblemError(421, 'This server has another name: that of HUBS_ORIGIN, or one of HUBS_HOSTS.')
    }
    if (secure) response.setHeader('strict-transport-security', 'max-age=31536000')
    if (!inside && found.kind === 'none') {
      throw new ProblemError(404, `There is nothing at ${whole.pathname}: Hubs is at ${basePath}/.`)
    }
    if (found.kind === 'route') {
      const { route, params } = found
      asked.route = route.path
      if ('raw' in route) return answerRaw(route, request, response, url, asked)
      // Its refusals too, which a page could not tell from a network that is away.
      if (route.shared) share(response)
      return answer(route, params, request, response, url, asked)
    }
    if (!authenticate) {
      await untilStarted()
      return answerAny(request, response, asked)
    }
    if (found.kind === 'method') {
      if (request.method === 'OPTIONS' && found.get?.shared) return sendAnswer(request, response, preflight)
      throw new ProblemError(405, `${request.method} is not answered here.`, {
        headers: { allow: found.allow },
      })
    }
    if (!pages || url.pathname === '/api' || url.pathname.startsWith('/api/'))
      throw new ProblemError(404, `There is nothing at ${url.pathname}.`)
    asked.route = url.pathname.startsWith('/_next/') ? 'files of pages' : 'pages'
    asked.reason = 'not found'
    pages({ request, response, url, client: clientOf(request) })
  }

  const turns = inTurn((request, response) => {
    const asked = answers.watch(request, response)
    answerAny(request, response, asked).catch((error: unknown) => refuse(request, response, error, asked))
  })

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    if (taken.has(request.socket)) request.socket.destroy()
    else turns.listener(request, response)
  }

  function share(response: ServerResponse): void {
    for (const [name, value] of Object.entries(sharedHeaders)) response.setHeader(name, value)
  }

  const server = createServer(onRequest)
  // Who asks before sending a body is answered by the headers alone; `Body.read` tells that it is wanted.
  server.on('checkContinue', onRequest)
  const ending = endingOf(server)
  // Longer than the idle time of common proxies, which otherwise meet a connection we have just closed.
  server.keepAliveTimeout = 75_000
  server.headersTimeout = 80_000
  server.timeout = STALLED

  return {
    server,
    ending,
    metrics: answers.metrics,
    serve(routes, given) {
      find = router([...health, ...routes])
      authenticate = given
      start()
    },
    servePages(handler) {
      pages = handler
    },
  }
}

function parseUrl(text: string | undefined): URL | undefined {
  try {
    const url = new URL(text?.startsWith('/') ? `http://localhost${text}` : (text ?? ''))
    // Next answers 500 to a path that is no percent-encoded UTF-8, and to none, which schemes of others allow.
    decodeURIComponent(url.pathname)
    return url.pathname.startsWith('/') ? url : undefined
  } catch {
    return undefined
  }
}
