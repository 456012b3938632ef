import { createHash, timingSafeEqual } from 'node:crypto'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Figure, ReadFigure } from '../../base/figure.ts'
import { ProblemError } from './problem.ts'
import type { Route } from './route.ts'

/** Gauges of Node's that are named as if they were counters; each is there as `nodejs_active_…` by kind too. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** `/metrics`: open on loopback; with `token` set, and always when not on loopback, only to its bearer. */
export function metricsRoute(options: {
  figures: readonly Figure[]
  build: string
  token: string | undefined
  loopback: boolean
}): Route {
  const { figures, build, token, loopback } = options
  const register = new Registry()
  collectDefaultMetrics({ register })
  for (const name of MISNAMED) register.removeSingleMetric(name)
  for (const figure of figures) if ('read' in figure) registerRead(figure, register)
  for (const figure of figures) if (!('read' in figure)) register.registerMetric(figure)
  new Gauge({
    name: 'hubs_build_info',
    help: 'Always 1; says which build runs, and on which Node.',
    labelNames: ['build', 'node'],
    registers: [register],
  }).set({ build, node: process.version }, 1)
  return {
    method: 'GET',
    path: '/metrics',
    // Who asks for them shows a secret that is no token of ours.
    right: 'anyone',
    about: { summary: 'Figures for Prometheus', responses: { 200: { description: 'Text' } } },
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

function registerRead({ name, help, read }: ReadFigure, register: Registry): void {
  const about = { name: `hubs_${name}`, help, registers: [register] }
  if (name.endsWith('_total')) {
    new Counter({
      ...about,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  } else {
    new Gauge({
      ...about,
      collect() {
        this.set(read())
      },
    })
  }
}

function sameSecret(given: string | undefined, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return given !== undefined && timingSafeEqual(digest(given), digest(wanted))
}
