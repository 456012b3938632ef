import type { z } from 'zod'
import type { Immutable } from '#contract/immutable.ts'
import type { Actor } from '../access/actor.ts'
import type { Right } from '../access/can.ts'
import type { Client } from '../access/client.ts'
import type { Refusal } from '../base/refusal.ts'

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'

/** How an operation ended that was not refused: with its output, or the JSON text of it where that is what is kept. */
export type Done<Output> = ({ readonly output: Output } | { readonly text: string }) & {
  /** The address of what was made. */
  readonly created?: string
  /** Revision of the subject: sent as ETag, and what the next writer names in `If-Match`. */
  readonly revision?: number
  /** It is the last that was known; the stores do not answer. */
  readonly paused?: boolean
  /** It will be the same for ever. */
  readonly immutable?: boolean
}

/**
 * One thing that can be done with Hubs, written once: routes, the OpenAPI document and the client of the pages come from
 * it. Who asks has the right, and the input has been parsed, before `run` is called.
 */
export interface Operation<
  Verb extends Method = Method,
  Path extends string = string,
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType<object | undefined> = z.ZodType<object | undefined>,
> {
  readonly method: Verb
  /** Segments that begin with `:` are fields of the input: `/api/v1/hubs/:slug`. */
  readonly path: Path
  readonly right: Right
  /** What it does, in a line. */
  readonly summary: string
  /** What is not in the path is in the query, of a GET; else in the body, which is JSON. */
  readonly input: Input
  /** The field of the input that is the whole body. */
  readonly body?: keyof z.output<Input> & string
  /** What it answers; without one it answers nothing. */
  readonly output?: Output
  /** The statuses it may answer with, and what each means: the lowest, or 201 when it made something. */
  readonly answers: Readonly<Partial<Record<200 | 201 | 202 | 204, string>>>
  /** Its subject has revisions, and `expect` of the input says which of them the asker knows. */
  readonly revisions?: true
  /** What it answers is the same for everybody, so scripts of any page may read it. Only for GET. */
  readonly shared?: true
  /** Rejects only for outages and bugs; whatever an asker can cause is a Refusal. */
  run(
    actor: Actor,
    input: z.output<Input>,
    client: Client,
  ): Promise<Done<Immutable<z.output<Output>>> | Refusal>
}

/** Infers what it is given, for `run` and for those who call it. */
export const operation = <
  const Verb extends Method,
  const Path extends string,
  Input extends z.ZodObject,
  Output extends z.ZodType<object | undefined> = z.ZodUndefined,
>(
  given: Operation<Verb, Path, Input, Output>,
): Operation<Verb, Path, Input, Output> => given
