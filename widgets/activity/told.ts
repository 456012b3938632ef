import type { GitHubDelivery } from './github-delivery.ts'

/** A sentence before it has its actor. */
export interface Told {
  readonly text: string
  readonly href?: string | null | undefined
  readonly group: readonly (string | number)[]
  /** What several are called: `3 pushes to acme/api` is then ended by who made them. */
  readonly several?: (count: number) => string
  /** Nobody's doing: a check that ended. */
  readonly byItself?: boolean
}

/** What a delivery of one kind says, if anything; `place` is the repository or organization it is about. */
export type Tell = (delivery: GitHubDelivery, place: string) => Told | undefined
