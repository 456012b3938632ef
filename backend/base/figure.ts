import type { Metric } from 'prom-client'

/**
 * A number that is read when `/metrics` is asked for, so that nothing on a hot path knows of metrics. One whose name ends
 * in `_total` counts since the start of the process and never falls; any other is as it is now.
 */
export interface ReadFigure {
  /** Without our prefix, in snake case. */
  readonly name: string
  readonly help: string
  readonly read: () => number
}

/** What a room tells at `/metrics`: numbers that are read, and metrics that it writes itself. */
export type Figure = ReadFigure | Metric
