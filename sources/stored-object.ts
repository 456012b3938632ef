import { z } from 'zod'
import { httpUrl } from '#widgets/kit/http-url.ts'
import { readMoment } from '#widgets/kit/moment.ts'
import { isList, type ObjectShape, type Shape } from './shape.ts'

/** What is read of a shape: times as milliseconds since 1970. */
type Stored<S> = S extends 'line' | 'text' | 'link'
  ? string
  : S extends 'time' | 'number'
    ? number
    : S extends 'flag'
      ? boolean
      : S extends readonly [infer Item]
        ? readonly NonNullable<Stored<Item>>[]
        : { readonly [Field in keyof S]: Stored<S[Field]> | null | undefined }

export type StoredObject<S extends ObjectShape> = z.ZodObject<{
  [Field in keyof S]: z.ZodType<Stored<S[Field]> | null | undefined>
}>

/** A time as it was told, as milliseconds since 1970. */
export const moment = z.unknown().transform(readMoment).pipe(z.number())

/**
 * Reads what is kept by a shape. Anybody with the right to may have published the event, so whatever is not as the shape
 * says counts as absent: what cannot be done without is said by `extend`.
 */
export function storedObject<const S extends ObjectShape>(fields: S): StoredObject<S> {
  const schemas = Object.entries(fields).map(([field, shape]) => [
    field,
    schemaOf(shape).nullish().catch(undefined),
  ])
  // The walk over `fields` gives what the type says of it.
  return z.object(Object.fromEntries(schemas)) as unknown as StoredObject<S>
}

function schemaOf(shape: Shape): z.ZodType {
  switch (shape) {
    case 'line':
    case 'text':
      return z.string()
    case 'link':
      return httpUrl
    case 'time':
      return moment
    case 'number':
      return z.number()
    case 'flag':
      return z.boolean()
  }
  return isList(shape) ? z.array(schemaOf(shape[0])) : storedObject(shape)
}
