import { fieldErrors, plainWords } from '../../hubs/field-error.ts'
import type { Operation } from '../../operations/operation.ts'
import type { BodyReader } from './body-reader.ts'
import { expectation } from './condition.ts'
import { namesIn } from './path-names.ts'
import { ProblemError } from './problem.ts'
import type { Call } from './route.ts'

/** Bytes of a body in plain JSON. */
const BODY_LIMIT = 1024 * 1024

/** Fields of the input that are neither in the path nor in the conditions of headers. */
export function fieldsBeside({ path, input }: Operation): string[] {
  const elsewhere = new Set([...namesIn(path), 'expect'])
  return Object.keys(input.shape).filter((name) => !elsewhere.has(name))
}

/** @throws ProblemError 400, 413, 422 */
export async function readInput(
  operation: Operation,
  call: Call,
  reader: BodyReader | undefined,
): Promise<Record<string, unknown>> {
  const given = {
    ...(operation.method === 'GET' ? queryOf(call.url) : await bodyOf(operation, call, reader)),
    ...call.params,
    ...(operation.revisions ? { expect: expectation(call.headers) } : {}),
  }
  const parsed = operation.input.safeParse(given, { error: plainWords })
  if (parsed.success) return parsed.data
  if (operation.method === 'GET') {
    const errors = parsed.error.issues.map(({ path, message }) => ({ field: path.join('.'), message }))
    throw new ProblemError(400, sentence(errors), { errors })
  }
  const errors = fieldErrors(parsed.error.issues)
  throw new ProblemError(422, `The request is refused. ${sentence(errors)}`, { errors })
}

const sentence = ([first]: readonly { readonly field: string; readonly message: string }[]): string =>
  `${first?.field} ${first?.message}.`

/** The first of each name. */
function queryOf({ searchParams }: URL): Record<string, unknown> {
  return Object.fromEntries([...new Set(searchParams.keys())].map((name) => [name, searchParams.get(name)]))
}

async function bodyOf(
  operation: Operation,
  call: Call,
  reader: BodyReader | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  if (!operation.body && fieldsBeside(operation).length === 0) return {}
  const body = await (reader?.read(call) ?? call.json(BODY_LIMIT))
  if (operation.body) return { [operation.body]: body }
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  throw new ProblemError(422, 'The body must be a JSON object.', {
    errors: [{ field: '', message: 'must be an object' }],
  })
}
