import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { FieldError } from '../wire.ts'
import { readEnvelope } from './envelope.ts'
import { encodeEvent, type HubEvent } from './event.ts'

/** Bytes of one event, as it goes on the bus. */
export const EVENT_LIMIT = 256 * 1024
/** Bytes of one request. */
export const BATCH_LIMIT = 1024 * 1024
/** Events of one batch. */
export const BATCH_EVENTS = 500

export interface Refusal {
  readonly status: 400 | 401 | 413 | 415
  /** A plain sentence. */
  readonly detail: string
  readonly errors: readonly FieldError[]
}
export type Reading = { readonly events: readonly HubEvent[] } | { readonly refusal: Refusal }

export interface Post {
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
  /** Milliseconds since 1970: the time of events that tell none. */
  readonly now: number
}

/**
 * The events of an HTTP request by CloudEvents 1.0: structured, binary or a batch; plain `application/json` is taken
 * for structured. All of them, or a refusal that names each bad event and field. (The `cloudevents` package throws at
 * the first fault and names no fields.)
 */
export function readCloudEvents(post: Post): Reading {
  const { mediaType, charset } = contentType(post.headers['content-type'])
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    return refuse(415, `The charset ${charset} is not understood: send UTF-8.`)
  }
  if (mediaType === 'application/cloudevents+json') return readStructured(post)
  if (mediaType === 'application/cloudevents-batch+json') return readBatch(post)
  if (mediaType.startsWith('application/cloudevents')) {
    return refuse(415, `The format ${mediaType} is not understood: send application/cloudevents+json.`)
  }
  if (Object.keys(post.headers).some((name) => name.startsWith('ce-'))) return readBinary(post, mediaType)
  if (mediaType === 'application/json') return readStructured(post)
  return refuse(
    415,
    'Send application/cloudevents+json, application/cloudevents-batch+json, or the attributes in ce- headers.',
  )
}

function readStructured({ body, now }: Post): Reading {
  const json = readJson(body)
  if (!json) return notJson
  const read = checked(json.value, now)
  if ('event' in read) return { events: [read.event] }
  return refuseEvent(read)
}

function readBatch({ body, now }: Post): Reading {
  const json = readJson(body)
  if (!json) return notJson
  if (!Array.isArray(json.value)) return refuse(400, 'A batch is a JSON array of events.')
  const count = json.value.length
  if (count > BATCH_EVENTS) {
    return refuse(413, `A batch has at most ${BATCH_EVENTS} events; this one has ${count}.`)
  }
  const events: HubEvent[] = []
  const bad: { index: number; errors: readonly FieldError[]; tooLarge: boolean }[] = []
  for (const [index, value] of json.value.entries()) {
    const read = checked(value, now)
    if ('event' in read) events.push(read.event)
    else bad.push({ index, ...read })
  }
  if (bad.length === 0) return { events }
  const errors = bad.flatMap(({ index, errors }) =>
    errors.map(({ field, message }) => ({ field: `/${index}${field}`, message })),
  )
  const named = bad.map(({ index }) => index).join(', ')
  const status = bad.every(({ tooLarge }) => tooLarge) ? 413 : 400
  return refuse(status, `Nothing was accepted: ${bad.length} of ${count} events are bad (${named}).`, errors)
}

function readBinary({ headers, body, now }: Post, mediaType: string): Reading {
  const raw: Record<string, unknown> = Object.create(null)
  const errors: FieldError[] = []
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith('ce-') || value === undefined) continue
    const text = headerText(Array.isArray(value) ? value.join(', ') : value)
    if (text === undefined) errors.push({ field: name, message: 'must be percent-encoded UTF-8' })
    else raw[name.slice(3)] = text
  }
  for (const name of ['data', 'data_base64', 'datacontenttype']) {
    if (name in raw) errors.push({ field: `ce-${name}`, message: 'is no attribute of the binary mode' })
    delete raw[name]
  }
  if (mediaType !== '') raw.datacontenttype = headers['content-type']
  if (mediaType === '' || /[/+]json$/.test(mediaType)) {
    const json = body.byteLength === 0 ? { value: null } : readJson(body)
    if (!json) return notJson
    raw.data = json.value
  } else {
    const text = mediaType.startsWith('text/') ? utf8(body) : undefined
    if (text === undefined) raw.data_base64 = Buffer.from(body).toString('base64')
    else raw.data = text
  }
  const read = checked(raw, now)
  if ('event' in read && errors.length === 0) return { events: [read.event] }
  const found = 'event' in read ? [] : read.errors
  const named = found.map(({ field, message }) => ({ field: field.replace(/^\/(?!data)/, 'ce-'), message }))
  return refuseEvent({ errors: [...errors, ...named], tooLarge: 'tooLarge' in read && read.tooLarge })
}

interface Bad {
  readonly errors: readonly FieldError[]
  readonly tooLarge: boolean
}

function checked(raw: unknown, now: number): { readonly event: HubEvent } | Bad {
  const read = readEnvelope(raw, { now })
  if ('errors' in read) return { ...read, tooLarge: false }
  if (Buffer.byteLength(encodeEvent(read.event)) <= EVENT_LIMIT) return read
  return { errors: [{ field: '', message: `must be at most ${EVENT_LIMIT / 1024} KiB` }], tooLarge: true }
}

function refuseEvent({ errors, tooLarge }: Bad): Reading {
  const first = errors[0]
  const what = first ? ` ${`${first.field || 'It'} ${first.message}`.trim()}.` : ''
  return refuse(tooLarge ? 413 : 400, `The event is refused.${what}`, errors)
}

export function refuse(
  status: Refusal['status'],
  detail: string,
  errors: readonly FieldError[] = [],
): Reading {
  return { refusal: { status, detail, errors } }
}

const notJson = refuse(400, 'The body is not JSON in UTF-8.')

export function contentType(header: string | undefined): { mediaType: string; charset: string | undefined } {
  const [mediaType = '', ...parameters] = (header ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((text) => text.startsWith('charset='))
  return { mediaType: mediaType.trim(), charset: charset?.slice('charset='.length).replace(/^"(.*)"$/, '$1') }
}

/** The JSON of a body in UTF-8, in a box, because `null` is JSON too. */
export function readJson(body: Uint8Array): { readonly value: unknown } | undefined {
  const text = utf8(body)
  if (text === undefined) return undefined
  try {
    // Some programs begin with a byte order mark.
    return { value: JSON.parse(text.startsWith('\ufeff') ? text.slice(1) : text) }
  } catch {
    return undefined
  }
}

function utf8(bytes: Uint8Array): string | undefined {
  if (!isUtf8(bytes)) return undefined
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
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
