import type { GitHubDelivery } from '#sources/github/delivery.ts'

/** A sentence before it has its actor. */
export interface Clause {
  readonly text: string
  readonly href?: string | null | undefined
  /** What it tells of, when several deliveries tell of one thing. */
  readonly about?: string | number
  readonly fuller?: true
  readonly group: readonly (string | number)[]
  /** What several are called: `3 pushes to acme/api` is then ended by who made them. */
  readonly several?: (count: number, all: readonly Outcome[]) => string
  /** Nobody's doing: a check that ended. */
  readonly byItself?: boolean
  readonly ended?: Outcome
}

/** How something ended that may be one of several. */
export interface Outcome {
  readonly name?: string
  readonly failed?: boolean
  readonly passed?: boolean
}

/** What a delivery of one kind says, if anything; `place` is the repository or organization it is about. */
export type ToClause = (delivery: GitHubDelivery, place: string) => Clause | undefined
