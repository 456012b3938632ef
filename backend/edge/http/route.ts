import type { IncomingHttpHeaders } from 'node:http'
import type { ZodOpenApiOperationObject } from 'zod-openapi'
import type { Actor } from '../../access/actor.ts'
import type { Right } from '../../access/can.ts'
import type { Client } from '../../access/client.ts'
import type { HttpExchange } from './http-exchange.ts'

/** One request as a route sees it. */
export interface Call {
  readonly method: string
  readonly url: URL
  /** Values of the path's `:names`, percent-decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly headers: IncomingHttpHeaders
  readonly client: Client
  /** The whole body. @throws ProblemError 413 over `limit` bytes. */
  body(limit: number): Promise<Buffer>
  /** The body as JSON. @throws ProblemError 413, 400 when it is not JSON in UTF-8. */
  json(limit: number): Promise<unknown>
  /** Who asks, and may do so. */
  readonly actor: Actor
}

/** An operation of OpenAPI; its refusals, its right and the names in its path are told of by themselves. */
export type About = Pick<ZodOpenApiOperationObject, 'requestParams' | 'requestBody' | 'responses'> & {
  readonly summary: string
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is sent as JSON; text and bytes as they are, with the `content-type` of `headers`. */
  readonly body?: string | Buffer | object
}

/** What can be asked for over HTTP, and what that takes. */
export interface Endpoint {
  /** `*`: any that no other endpoint of the path has. */
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS' | '*'
  /** Segments that begin with `:` match any one segment: `/api/v1/hubs/:slug`. A last segment `*` matches all below. */
  readonly path: string
  readonly right: Right
  /** As the OpenAPI document tells of it, with what it takes beside its path; not told of without. */
  readonly about?: About
}

export interface Route extends Endpoint {
  /** Scripts of any page may read it: what it answers is the same for everybody. Only for GET. */
  readonly shared?: true
  handle(call: Call): Promise<Answer>
}

/** A route that answers the socket itself, which is its own from then on: the event stream. */
export interface RawRoute extends Endpoint {
  readonly method: 'GET'
  /** As of `Route`; the route sends `sharedHeaders` itself. */
  readonly shared?: true
  /** A rejection before anything was written is answered as a problem. `response` has its socket. */
  readonly raw: (raw: RawCall) => Promise<void>
}

export interface RawCall extends HttpExchange {
  /** Who asks, and may do so. */
  readonly actor: Actor
}
