import type { FieldError } from '#contract/problem.ts'
import { contentType, readJson, utf8 } from '../base/content.ts'
import { readEnvelope } from './envelope.ts'
import type { Circumstances, Envelope } from './envelope-schema.ts'

/** Header fields by lower-case name; values as HTTP has them, a byte a character. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** Whether a message's headers hold an event's attributes, as in CloudEvents' binary mode. */
export function isBinary(headers: Headers): boolean {
  return Object.keys(headers).some((name) => name.startsWith('ce-'))
}

/**
 * The event of a message in CloudEvents' binary mode: attributes in `ce-` headers, the body its data. Otherwise every
 * field that is wrong; nothing when the body says it is JSON and is none.
 */
export function readBinary(headers: Headers, body: Uint8Array, given: Circumstances): Envelope | undefined {
  const raw: Record<string, unknown> = Object.create(null)
  const errors: FieldError[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('ce-') || value === undefined) continue
    const text = headerText(typeof value === 'string' ? value : value.join(', '))
    if (text === undefined) errors.push({ field: name, message: 'must be percent-encoded UTF-8' })
    else raw[name.slice(3)] = text
  }
  for (const name of ['data', 'data_base64', 'datacontenttype']) {
    if (name in raw) errors.push({ field: `ce-${name}`, message: 'is no attribute of the binary mode' })
    delete raw[name]
  }
  const type = headers['content-type']
  const { mediaType } = contentType(typeof type === 'string' ? type : type?.[0])
  if (mediaType !== '') raw.datacontenttype = typeof type === 'string' ? type : type?.[0]
  if (mediaType === '' || /[/+]json$/.test(mediaType)) {
    const json = body.byteLength === 0 ? { value: null } : readJson(body)
    if (!json) return undefined
    raw.data = json.value
  } else {
    const text = mediaType.startsWith('text/') ? utf8(body) : undefined
    if (text === undefined) raw.data_base64 = Buffer.from(body).toString('base64')
    else raw.data = text
  }
  const read = readEnvelope(raw, given)
  if ('event' in read && errors.length === 0) return read
  const found = 'event' in read ? [] : read.errors
  const named = found.map(({ field, message }) => ({ field: field.replace(/^\/(?!data)/, 'ce-'), message }))
  return { errors: [...errors, ...named] }
}

/**
 * CloudEvents' HTTP binding 3.1.3.2: percent-encoded UTF-8, perhaps in double quotes. Its own JavaScript SDK sends
 * Latin-1 as it is, and Node gives all headers as Latin-1.
 */
function headerText(value: string): string | undefined {
  const bare = /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
  const bytes = bare.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  return utf8(Buffer.from(bytes, 'latin1')) ?? (/%[89a-f]/i.test(bare) ? undefined : bytes)
}
