/** A line of the table. Absent `met`: reported, with no target of its own. */
export interface Row {
  readonly what: string
  readonly target: string
  readonly measured: string
  readonly met?: boolean
  /** What stands behind it, a line each, told below the table. */
  readonly details?: readonly string[]
}

/** Measures one thing, with servers and processes of its own, and ends them. */
export type Benchmark = () => Promise<readonly Row[]>
