import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import { Counter, type Metric } from 'prom-client'
import type { Client } from '../../access/client.ts'
import { openDurations } from '../../base/durations.ts'
import { lineSample } from '../../base/line-sample.ts'

/** What is known of a request once it is answered: filled in by whatever learns it. */
export interface RequestRecord {
  /** The path of its route as declared, or what else it was for: one of few values, whatever is asked. */
  route: string
  /** Why it was refused, in a word or two. */
  reason: string
  /** Id of the token it came with, once that was found to be one of ours. */
  token: string | undefined
  /** It is a probe by whatever runs the process, to which "not ready" is an answer and no refusal. */
  health: boolean
  /** Counts it as answered now, because its answer is a stream and has no end. */
  stream(): void
}

/** Counts every answer, and logs some of those that refuse. */
export interface Answers {
  /** Begins the record of a request, which is counted once it is answered or its client is gone. */
  watch(request: IncomingMessage, response: ServerResponse): RequestRecord
  readonly metrics: readonly Metric[]
}

export function openAnswers(clientOf: (request: IncomingMessage) => Client, log: Logger): Answers {
  const counter = new Counter({
    name: 'hubs_http_answers_total',
    help: 'Answers, by route, status and, of refusals, reason.',
    labelNames: ['route', 'status', 'reason'],
    registers: [],
  })
  const durations = openDurations({
    name: 'http_request_duration_seconds',
    help: 'Time until an answer was sent; of a stream, until it began.',
    labels: ['route', 'status'],
  })
  const lines = lineSample()

  function sample(record: RequestRecord, status: number, request: IncomingMessage): void {
    const sampled = lines.take(`${record.route} ${status} ${record.reason}`)
    if (!sampled) return
    const { route, reason, token } = record
    log.info(
      {
        ...{ route, status, reason, client: clientOf(request).address },
        ...(token === undefined ? {} : { token }),
        ...sampled,
      },
      'refused',
    )
  }

  return {
    metrics: [counter, durations.metric],
    watch(request, response) {
      const began = performance.now()
      let over = false
      const record: RequestRecord = {
        ...{ route: 'none', reason: '', token: undefined, health: false },
        stream: () => end(),
      }
      function end(): void {
        if (over) return
        over = true
        response.off('close', end)
        const { route } = record
        // Its client went away before it had an answer.
        const status = response.headersSent ? String(response.statusCode) : 'none'
        const reason = response.headersSent && response.statusCode < 400 ? '' : record.reason
        counter.inc({ route, status, reason })
        durations.observe({ route, status }, performance.now() - began)
        // A bug of ours has left its own line, with all that is known.
        const refused = response.headersSent && response.statusCode >= 400 && response.statusCode !== 500
        if (refused && !record.health) sample(record, response.statusCode, request)
      }
      response.on('close', end)
      return record
    },
  }
}
