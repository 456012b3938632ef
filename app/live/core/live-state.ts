/** How far the page can be trusted. Times are milliseconds since 1970 by the server's clock. */
export type LiveState =
  | { readonly kind: 'live' }
  /** Nothing newer than `since` is known to have arrived. */
  | {
      readonly kind: 'paused'
      readonly since: number
      /** Because the server follows as many pages of this network as it does of one. */
      readonly crowded?: true
      /** What the server says of its stores that do not serve, in sentences. */
      readonly why?: string
    }
  | { readonly kind: 'connecting' }

/** What the holder of the stream last said of the way to the server. */
export interface LiveStatus {
  readonly live: LiveState
  /** Build the server runs, when it is known. */
  readonly build: string | undefined
}

/** The moment that what is shown at `time` is of: that since when it is paused, if it is. */
export function asOf(live: LiveState, time: number): number {
  return live.kind === 'paused' && live.since > 0 ? live.since : time
}
