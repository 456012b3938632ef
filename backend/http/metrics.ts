import { createHash, timingSafeEqual } from 'node:crypto'
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { ProblemError } from './problem.ts'
import type { Route } from './route.ts'

/** A figure read when it is asked for, so that nothing on a hot path knows of metrics. */
export interface Figure {
  readonly name: string
  readonly help: string
  readonly read: () => number
}

/** `/metrics`: open on loopback; with `token` set, and always when not on loopback, only to its bearer. */
export function metricsRoute(options: {
  figures: readonly Figure[]
  token: string | undefined
  loopback: boolean
}): Route {
  const { figures, token, loopback } = options
  const register = new Registry()
  collectDefaultMetrics({ register })
  for (const { name, help, read } of figures) {
    new Gauge({
      name: `hubs_${name}`,
      help,
      registers: [register],
      collect() {
        this.set(read())
      },
    })
  }
  return {
    method: 'GET',
    path: '/metrics',
    async handle({ headers }) {
      if (token ? !sameSecret(headers.authorization, `Bearer ${token}`) : !loopback) {
        throw new ProblemError(401, 'Metrics need the token of HUBS_METRICS_TOKEN.', {
          headers: { 'www-authenticate': 'Bearer' },
        })
      }
      return {
        status: 200,
        headers: { 'content-type': register.contentType },
        body: await register.metrics(),
      }
    },
  }
}

function sameSecret(given: string | undefined, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return given !== undefined && timingSafeEqual(digest(given), digest(wanted))
}
