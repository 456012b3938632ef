import type { z } from 'zod'
import type { Expectation } from '#backend/hubs/hubs.ts'
import type { Operations } from '#backend/operations/operations.ts'
import type { Immutable } from '#contract/immutable.ts'
import { basePath } from '#widgets/ui/base-path.ts'

type NameOf<One> = One extends {
  readonly method: infer Method extends string
  readonly path: infer Path extends string
}
  ? `${Method} ${Path}`
  : never
/** `GET /api/v1/hubs/:slug`. Those whose body is a document of its own are sent by programs, not by pages. */
type Name = Exclude<NameOf<Operations>, 'PUT /api/v1/hubs/:slug' | 'POST /api/v1/events'>
type Named<N extends Name, One = Operations> = One extends unknown
  ? NameOf<One> extends N
    ? One
    : never
  : never
type Input<N extends Name> =
  Named<N> extends { readonly input: infer Schema extends z.ZodType } ? z.input<Schema> : never
type Output<N extends Name> =
  Named<N> extends { readonly output?: infer Schema extends z.ZodType } ? Immutable<z.output<Schema>> : never

/**
 * Asks for an operation by its method and path, with types from the operation itself. It fails in one way: what it gives
 * rejects, with ApiRefusal when the server answered, else as `fetch` does.
 */
export type Api = <N extends Name>(
  name: N,
  input: Input<N>,
  options?: Pick<RequestInit, 'signal' | 'cache'>,
) => Promise<Output<N>>

/** The server says no, or is not the one that was meant. */
export interface ApiRefusal extends Error {
  readonly code: 'refused'
  readonly status: number
}

const refused = (status: number, message: string): ApiRefusal =>
  Object.assign(new Error(message), { code: 'refused', status } as const)

export const isRefused = (error: unknown): error is ApiRefusal =>
  error instanceof Error && 'code' in error && error.code === 'refused'

/** The API of the Hubs at `address`. */
export const apiAt =
  (address: string): Api =>
  (name, input, options) => {
    const [method = '', path = ''] = name.split(' ')
    const { expect, ...rest } = input as Record<string, unknown> & { readonly expect?: Expectation }
    const filled = path.replace(/:(\w+)/g, (_, field: string) => {
      const value = encodeURIComponent(String(rest[field]))
      delete rest[field]
      return value
    })
    const { body, type } = bodyOf(method, rest)
    const headers = { ...type, ...conditionOf(expect) }
    return readJson(address + filled + queryOf(method, rest), { method, ...options, ...body, headers })
  }

function queryOf(method: string, fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)]))
  return method === 'GET' && query.size > 0 ? `?${query}` : ''
}

function bodyOf(method: string, fields: Readonly<Record<string, unknown>>) {
  if (method === 'GET' || Object.keys(fields).length === 0) return {}
  return { body: { body: JSON.stringify(fields) }, type: { 'content-type': 'application/json' } }
}

/** Servers read the revisions that a writer expects in headers, and nowhere else. */
function conditionOf(expect: Expectation | undefined): Record<string, string> {
  if (!expect) return {}
  if ('revisions' in expect) return { 'if-match': expect.revisions.map((one) => `"${one}"`).join(', ') }
  return expect.exists ? { 'if-match': '*' } : { 'if-none-match': '*' }
}

/** The JSON at an address of the API that was given by one. Rejects as operations do. */
export async function readJson<Body>(address: string, options: RequestInit): Promise<Body> {
  const response = await fetch(address, options)
  if (!response.ok) throw refused(response.status, `${address} answered ${response.status}`)
  // What that node last knew, which may be older than what the page has.
  if (response.headers.has('hubs-paused')) throw refused(503, `${address} is answered without the cache`)
  // What answers nothing has no output.
  if (response.status === 204) return undefined as Body
  // Our own server, of the same build or a newer one that keeps its contract.
  return (await response.json()) as Body
}

/** The API of the origin this script came from. */
export const api = apiAt(basePath)
