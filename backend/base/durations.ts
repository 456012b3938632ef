import { Histogram } from 'prom-client'

/** How long things of one kind took, for `/metrics`: how many there were, and their spread. */
export interface Durations<Label extends string = string> {
  readonly metric: Histogram<Label>
  observe(labels: Readonly<Record<Label, string>>, ms: number): void
}

/** Seconds; from an answer out of memory to a load at its deadline. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** `name` is without our prefix, as of other figures. */
export function openDurations<Label extends string>(options: {
  name: string
  help: string
  labels: readonly Label[]
}): Durations<Label> {
  const { name, help, labels } = options
  const metric = new Histogram({
    name: `hubs_${name}`,
    help,
    labelNames: labels,
    buckets: BUCKETS,
    registers: [],
  })
  return {
    metric,
    observe: (given, ms) => metric.observe({ ...given }, ms / 1_000),
  }
}
