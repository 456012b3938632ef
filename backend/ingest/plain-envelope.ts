import type { Json } from '#widgets/define.ts'
import { type Circumstances, dataFault, EXTENSIONS, LAST, UNSET } from './envelope-schema.ts'
import type { HubEvent } from './event.ts'
import { parseTopic } from './topic.ts'

/** Short text of printable ASCII, as nearly all attributes are. */
const isPlain = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= 341 && /^[ -~]*$/.test(value)

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

const isFiniteNumber = (value: unknown): value is number => Number.isFinite(value)

/** In UTC, on a day that its month has every year. */
const plainTime = new RegExp(
  `^\\d{4}-(?:${[
    '(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])',
    '(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)',
    '02-(?:0[1-9]|1\\d|2[0-8])',
  ].join('|')})T(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d{1,9})?Z$`,
)

/**
 * The event of an envelope in which everything is as usual; nothing for any other, good or bad, which the schema is to
 * judge. The schema alone costs triage a fifth of its time.
 */
export function readPlainEnvelope(raw: object, given: Circumstances): HubEvent | undefined {
  const attributes = raw as Readonly<Record<string, unknown>>
  const {
    specversion,
    id,
    source,
    type,
    topic,
    subject,
    time,
    datacontenttype,
    dataschema,
    data,
    data_base64,
  } = attributes
  if (specversion !== '1.0' || !isPlain(id) || !isPlain(source) || !isPlain(type)) return undefined
  for (const optional of [topic, subject, datacontenttype, dataschema]) {
    if (!isAbsent(optional) && !isPlain(optional)) return undefined
  }
  if (!isAbsent(data_base64) || dataFault(data) !== undefined) return undefined
  let at = given.now
  if (!isAbsent(time)) {
    if (typeof time !== 'string' || !plainTime.test(time)) return undefined
    at = Date.parse(time)
    if (!(at >= 0 && at <= LAST) || at === UNSET) return undefined
  }
  const by = given.topic ?? (topic as string | null | undefined) ?? type
  if (given.topic === undefined && typeof parseTopic(by) === 'string') return undefined
  const extensions = plainExtensions(attributes)
  if (!extensions) return undefined
  const event: { -readonly [Name in keyof HubEvent]: HubEvent[Name] } = {
    id,
    source,
    type,
    topic: by,
    time: at,
    extensions,
    // Whoever calls took it from JSON.
    data: (data ?? null) as Json,
  }
  if (typeof subject === 'string') event.subject = subject
  if (typeof datacontenttype === 'string') event.datacontenttype = datacontenttype
  if (typeof dataschema === 'string') event.dataschema = dataschema
  return event
}

const own = new Set([
  ...['specversion', 'id', 'source', 'type', 'topic', 'subject', 'time', 'datacontenttype', 'dataschema'],
  ...['data', 'data_base64'],
])

function plainExtensions(
  attributes: Readonly<Record<string, unknown>>,
): Record<string, string | number | boolean> | undefined {
  const extensions: Record<string, string | number | boolean> = {}
  let count = 0
  for (const name of Object.keys(attributes)) {
    if (own.has(name)) continue
    const value = attributes[name]
    if (value === null) continue
    count += 1
    if (count > EXTENSIONS || !/^[a-z0-9]{1,64}$/.test(name)) return undefined
    if (!isPlain(value) && !isFiniteNumber(value) && typeof value !== 'boolean') return undefined
    extensions[name] = value
  }
  return extensions
}
