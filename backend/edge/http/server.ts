import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Metric } from 'prom-client'
import type { Client } from '../../access/client.ts'
import { sendAnswer } from './answer.ts'
import { openAnswers, type RequestRecord } from './answers.ts'
import { routeCalls } from './call-route.ts'
import { type Dispatcher, openDispatcher } from './dispatcher.ts'
import { identifier } from './identify.ts'
import { openPipelining } from './pipelining.ts'
import { type BodyLimits, requestBodies } from './request-body.ts'
import type { Answer, Route } from './route.ts'
import { gracefulShutdown, type Shutdown } from './shutdown.ts'
import { toProblem } from './to-problem.ts'
import { openApiTokenGuesses } from './token-guesses.ts'
import { unreadAnswers } from './unread-answers.ts'

export interface FrontServer extends Pick<Dispatcher, 'serve' | 'servePages'> {
  readonly server: Server
  readonly shutdown: Shutdown
  readonly metrics: readonly Metric[]
}

/** Milliseconds after which a connection is ended on which neither side says or takes anything. */
const STALLED = 60_000

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
  /** Milliseconds for which whoever asks while the process starts waits. */
  patience?: number
}): FrontServer {
  const { health, clientOf, log, names = [], secure = false, basePath = '', bodies, patience } = options
  const server = createServer()
  const shutdown = gracefulShutdown(server)
  const answers = openAnswers(clientOf, log)
  const boundUnread = unreadAnswers(clientOf)
  const pipelining = openPipelining((request, response) => void answer(request, response))
  const identify = identifier(openApiTokenGuesses(log))
  const call = routeCalls({ openBody: requestBodies(bodies), identify, log })
  const dispatcher = openDispatcher({
    ...{ health, call, identify, clientOf, pipelining, names, secure, basePath, patience },
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const record = answers.watch(request, response)
    try {
      closeIfEnding(response)
      const given = await dispatcher.answer(request, response, record)
      if (given) send(request, response, given)
    } catch (error) {
      refuse(request, response, error, record)
    }
  }

  function send(request: IncomingMessage, response: ServerResponse, given: Answer): void {
    // It may have begun since the request came.
    closeIfEnding(response)
    sendAnswer(request, response, given)
    boundUnread(request, response)
  }

  function closeIfEnding(response: ServerResponse): void {
    if (shutdown.begun && !response.headersSent) response.setHeader('connection', 'close')
  }

  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    error: unknown,
    record: RequestRecord,
  ): void {
    // The client went away in the middle of its body.
    if (response.destroyed && (error as { code?: unknown } | undefined)?.code === 'ECONNRESET') return
    const { problem, headers, reason, token } = toProblem(error, request, log)
    record.reason = reason
    record.token ??= token
    send(request, response, {
      status: problem.status,
      headers: { 'content-type': 'application/problem+json', ...headers },
      body: problem,
    })
  }

  server.on('request', pipelining.listener)
  // Who asks before sending a body is answered by the headers alone; `Body.read` tells that it is wanted.
  server.on('checkContinue', pipelining.listener)
  // Longer than the idle time of common proxies, which otherwise meet a connection we have just closed.
  server.keepAliveTimeout = 75_000
  server.headersTimeout = 80_000
  server.timeout = STALLED

  return {
    server,
    shutdown,
    metrics: answers.metrics,
    serve: dispatcher.serve,
    servePages: dispatcher.servePages,
  }
}
