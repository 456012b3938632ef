import type { ZodOpenApiMediaTypeObject } from 'zod-openapi'
import type { About, Call } from './route.ts'

/** How the body of an operation comes over HTTP where it is no plain JSON. */
export interface BodyReader {
  /** The field of the input that is the body. @throws ProblemError for what cannot be read */
  read(call: Call): Promise<unknown>
  readonly about: Required<Pick<About, 'requestBody'>>
}

/** A body of one schema in several media types. */
export const bodyOf = (
  content: Readonly<Record<string, NonNullable<ZodOpenApiMediaTypeObject['schema']>>>,
): BodyReader['about'] => ({
  requestBody: {
    required: true,
    content: Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }])),
  },
})
