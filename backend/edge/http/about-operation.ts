import { z } from 'zod'
import type { Operation } from '../../operations/operation.ts'
import { type BodyReader, bodyOf } from './body-reader.ts'
import { answered } from './openapi.ts'
import { fieldsBeside } from './operation-input.ts'
import type { About } from './route.ts'

const header = (description: string) => z.string().optional().meta({ description })

const ifMatch = header('Revisions that may be changed; any other is refused with 412')
const ifNoneMatch = header('`*`: only if there is none yet')
const prefer = header('return=minimal: an answer without a body')
const etag = z.string().meta({ description: 'The revision, for If-Match' })

/** What an operation is over HTTP, as the OpenAPI document tells of it. */
export function aboutOperation(operation: Operation, reader: BodyReader | undefined): About {
  const { method, input, revisions, answers, output, summary } = operation
  const names = fieldsBeside(operation)
  const beside: Record<string, z.core.$ZodType> = {}
  for (const name of names) if (input.shape[name]) beside[name] = input.shape[name]
  const hasFields = names.length > 0
  const schema = z.object(beside)
  const sent = operation.body ? (beside[operation.body] ?? schema) : schema
  const headers = {
    ...(revisions && method !== 'GET' ? { 'If-Match': ifMatch } : {}),
    ...(revisions && method === 'PUT' ? { 'If-None-Match': ifNoneMatch } : {}),
    ...(202 in answers ? { Prefer: prefer } : {}),
  }
  return {
    summary,
    requestParams: {
      ...(method === 'GET' && hasFields ? { query: schema } : {}),
      ...(Object.keys(headers).length > 0 ? { header: z.object(headers) } : {}),
    },
    ...(reader?.about ?? (method !== 'GET' && hasFields ? bodyOf({ 'application/json': sent }) : {})),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, description]) => [
        status,
        output ? answered(description, output, revisions ? { ETag: etag } : undefined) : { description },
      ]),
    ),
  }
}
