/** What a stream was asked to follow: hubs by slug, and single widgets by id. */
export interface StreamTarget {
  readonly hubs: readonly string[]
  readonly widgets: readonly string[]
}
