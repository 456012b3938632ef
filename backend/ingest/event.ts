import type { Json } from '#widgets/define.ts'

/** A CloudEvents 1.0 envelope, checked, with the topic it travels by. */
export interface HubEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly topic: string
  readonly subject?: string
  /** When it happened, milliseconds since 1970, by its producer. */
  readonly time: number
  readonly datacontenttype?: string
  readonly dataschema?: string
  /** Extension attributes other than `topic`. */
  readonly extensions: Readonly<Record<string, string | number | boolean>>
  readonly data: Json
  /** `data` is base64 of bytes. */
  readonly base64?: true
}

/** The extension attribute that names the token an event was published with; what a publisher says there is not kept. */
export const PUBLISHER = 'hubstoken'

/** An event as it came off the bus. */
export interface ReceivedEvent extends HubEvent {
  /** When the bus stored it, milliseconds since 1970. */
  readonly receivedAt: number
}

/** The JSON format of CloudEvents: what is on the bus. */
export function encodeEvent(event: HubEvent): string {
  return JSON.stringify({
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: event.type,
    topic: event.topic,
    subject: event.subject,
    time: new Date(event.time).toISOString(),
    datacontenttype: event.datacontenttype,
    dataschema: event.dataschema,
    ...event.extensions,
    [event.base64 ? 'data_base64' : 'data']: event.data,
  })
}
