import { z } from 'zod'
import type { FieldError } from '#contract/problem.ts'
import type { Json } from '#widgets/define.ts'
import type { HubEvent } from './event.ts'
import { parseTopic } from './topic.ts'

/** `now`: milliseconds since 1970, for events that tell no time. `topic`: checked, and from outside, so it wins over theirs. */
export interface Circumstances {
  readonly now: number
  readonly topic?: string
}

/** Bytes of one attribute: two of them fit one row of a Postgres index. */
const ATTRIBUTE = 1024
export const EXTENSIONS = 64
/** Levels of arrays and objects in `data`: deeper ones overflow the stack of what serialises them. */
const DEPTH = 128
export const LAST = Date.parse('9999-12-31T23:59:59.999Z')
/** What Go programs send for a time that was never set. */
export const UNSET = Date.parse('0001-01-01T00:00:00Z')

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unfit = /[\u0000-\u001f\u007f-\u009f\p{Surrogate}]/u

/** Nearly all attributes, told sooner. */
const plain = /^[ -~]*$/

const attribute = z
  .string({ error: ({ input }) => (input === undefined ? 'is missing' : 'must be text') })
  .min(1, 'must not be empty')
  .refine((text) => plain.test(text) || !unfit.test(text), 'must hold no control characters')
  .refine(
    (text) => text.length * 3 <= ATTRIBUTE || Buffer.byteLength(text) <= ATTRIBUTE,
    `must be at most ${ATTRIBUTE} bytes`,
  )

const time = z
  .string('must be text')
  .transform((text) => text.toUpperCase())
  .pipe(z.iso.datetime({ offset: true, error: 'must be a time such as 2026-01-31T12:00:00Z' }))
  .transform((text) => Date.parse(text))
  .transform((at) => (at === UNSET ? undefined : at))
  .refine((at = 0) => at >= 0 && at <= LAST, 'must be a time between the years 1970 and 9999')

const envelope = z.looseObject({
  specversion: z.literal('1.0', { error: 'must be "1.0"' }),
  id: attribute,
  source: attribute,
  type: attribute,
  topic: attribute.nullish(),
  subject: attribute.nullish(),
  time: time.nullish(),
  datacontenttype: attribute.nullish(),
  dataschema: attribute.nullish(),
  data: z
    .unknown()
    .superRefine((data, { addIssue }) => {
      const message = dataFault(data)
      if (message !== undefined) addIssue({ code: 'custom', message })
    })
    .optional(),
  data_base64: z.base64('must be base64').nullish(),
})
const scalar = z.union([attribute, z.number(), z.boolean()], 'must be text, a number, or true or false')

export type Envelope = { readonly event: HubEvent } | { readonly errors: readonly FieldError[] }

/** What `readEnvelope` says of an object. */
export function readBySchema(raw: object, given: Circumstances): Envelope {
  const parsed = envelope.safeParse(raw)
  const errors: FieldError[] = (parsed.error?.issues ?? []).map(({ path, message }) => ({
    field: `/${path.join('/')}`,
    message,
  }))
  const extensions = readExtensions(raw, errors)
  const topic = given.topic ?? parsed.data?.topic ?? parsed.data?.type
  if (topic !== undefined && given.topic === undefined) {
    const problem = parseTopic(topic)
    if (typeof problem === 'string') errors.push(topicError(problem, parsed.data?.topic))
  }
  if (parsed.data?.data !== undefined && typeof parsed.data.data_base64 === 'string') {
    errors.push({ field: '/data_base64', message: 'must not stand beside data' })
  }
  if (errors.length > 0 || !parsed.success || topic === undefined) return { errors }

  const { id, source, type, subject, datacontenttype, dataschema, data, data_base64 } = parsed.data
  return {
    event: {
      id,
      source,
      type,
      topic,
      time: parsed.data.time ?? given.now,
      extensions,
      ...(typeof subject === 'string' ? { subject } : {}),
      ...(typeof datacontenttype === 'string' ? { datacontenttype } : {}),
      ...(typeof dataschema === 'string' ? { dataschema } : {}),
      ...(typeof data_base64 === 'string'
        ? { data: data_base64, base64: true as const }
        : // Whoever calls took it from JSON.
          { data: (data ?? null) as Json }),
    },
  }
}

function topicError(problem: string, topic: string | null | undefined): FieldError {
  return typeof topic === 'string'
    ? { field: '/topic', message: problem }
    : { field: '/type', message: `serves as the topic, so it ${problem}; or add the attribute topic` }
}

function readExtensions(raw: object, errors: FieldError[]): Record<string, string | number | boolean> {
  const extensions: Record<string, string | number | boolean> = {}
  const own = Object.entries(raw).filter(
    ([name, value]) => !Object.hasOwn(envelope.shape, name) && value !== null,
  )
  if (own.length > EXTENSIONS) {
    errors.push({ field: '', message: `must have at most ${EXTENSIONS} extension attributes` })
    return extensions
  }
  for (const [name, value] of own) {
    const field = `/${name.replaceAll('~', '~0').replaceAll('/', '~1').slice(0, 100)}`
    const parsed = scalar.safeParse(value)
    if (!/^[a-z0-9]{1,64}$/.test(name)) {
      errors.push({ field, message: 'must be named with lower-case letters and digits alone' })
    } else if (!parsed.success) {
      errors.push({ field, message: parsed.error.issues[0]?.message ?? 'is refused' })
    } else extensions[name] = parsed.data
  }
  return extensions
}

/** What is wrong with JSON as the data of an event, if anything is. */
export function dataFault(value: unknown, levels = DEPTH): string | undefined {
  // JSON.parse makes infinite what is too large, and JSON.stringify null of that.
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'must hold no number too large for a double'
  if (typeof value !== 'object' || value === null) return undefined
  if (levels === 0) return `must be at most ${DEPTH} levels deep`
  for (const inner of Object.values(value)) {
    const fault = dataFault(inner, levels - 1)
    if (fault !== undefined) return fault
  }
  return undefined
}
