import type { IncomingHttpHeaders } from 'node:http'

/** A request from outside that brings events. */
export interface Post {
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  /** Milliseconds since 1970: the time of events that tell none. */
  readonly now: number
}
