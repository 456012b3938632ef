import type { FieldError } from '#contract/problem.ts'
import { contentType, readJson } from '../base/content.ts'
import type { Post } from '../base/post.ts'
import { type Refusal, refusal } from '../base/refusal.ts'
import { readBinary } from './binary-mode.ts'
import { readEnvelope } from './envelope.ts'
import { encodeEvent, type HubEvent } from './event.ts'

/** Bytes of one event, as it goes on the bus. */
export const EVENT_LIMIT = 256 * 1024
/** Bytes of one request. */
export const BATCH_LIMIT = 1024 * 1024
/** Events of one batch. */
export const BATCH_EVENTS = 500

export type Reading = { readonly events: readonly HubEvent[] } | Refusal

/**
 * The events of an HTTP request by CloudEvents 1.0: structured, binary or a batch; plain `application/json` is taken
 * for structured. All of them, or a refusal that names each bad event and field. (The `cloudevents` package throws at
 * the first fault and names no fields.)
 */
export function readCloudEvents(post: Post): Reading {
  const { mediaType, charset } = contentType(post.headers['content-type'])
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    return refusal('media-type', `The charset ${charset} is not understood: send UTF-8.`)
  }
  if (mediaType === 'application/cloudevents+json') return readStructured(post)
  if (mediaType === 'application/cloudevents-batch+json') return readBatch(post)
  if (mediaType.startsWith('application/cloudevents')) {
    return refusal(
      'media-type',
      `The format ${mediaType} is not understood: send application/cloudevents+json.`,
    )
  }
  if (Object.keys(post.headers).some((name) => name.startsWith('ce-'))) return readBinaryPost(post)
  if (mediaType === 'application/json') return readStructured(post)
  return refusal(
    'media-type',
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
  if (!Array.isArray(json.value)) return refusal('malformed', 'A batch is a JSON array of events.')
  const count = json.value.length
  if (count > BATCH_EVENTS) {
    return refusal('too-large', `A batch has at most ${BATCH_EVENTS} events; this one has ${count}.`)
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
  const code = bad.every(({ tooLarge }) => tooLarge) ? 'too-large' : 'malformed'
  return refusal(code, `Nothing was accepted: ${bad.length} of ${count} events are bad (${named}).`, {
    errors,
  })
}

function readBinaryPost({ headers, body, now }: Post): Reading {
  const read = readBinary(headers, body, { now })
  if (!read) return notJson
  if ('event' in read) {
    const fitting = sized(read.event)
    return 'event' in fitting ? { events: [fitting.event] } : refuseEvent(fitting)
  }
  return refuseEvent({ ...read, tooLarge: false })
}

interface Bad {
  readonly errors: readonly FieldError[]
  readonly tooLarge: boolean
}

function checked(raw: unknown, now: number): { readonly event: HubEvent } | Bad {
  const read = readEnvelope(raw, { now })
  return 'errors' in read ? { ...read, tooLarge: false } : sized(read.event)
}

function sized(event: HubEvent): { readonly event: HubEvent } | Bad {
  if (Buffer.byteLength(encodeEvent(event)) <= EVENT_LIMIT) return { event }
  return { errors: [{ field: '', message: `must be at most ${EVENT_LIMIT / 1024} KiB` }], tooLarge: true }
}

function refuseEvent({ errors, tooLarge }: Bad): Reading {
  const first = errors[0]
  const what = first ? ` ${`${first.field || 'It'} ${first.message}`.trim()}.` : ''
  return refusal(tooLarge ? 'too-large' : 'malformed', `The event is refused.${what}`, { errors })
}

const notJson = refusal('malformed', 'The body is not JSON in UTF-8.')
