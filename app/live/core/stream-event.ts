import { createParser, type EventSourceMessage } from 'eventsource-parser'
import type { StreamEvents } from '#contract/stream-events.ts'

/** One event of a stream. `id` is the cursor once it is taken in. */
export type StreamEvent = {
  [Name in keyof StreamEvents]: {
    readonly name: Name
    readonly data: StreamEvents[Name]
    readonly id?: string
  }
}[keyof StreamEvents]

/** What a stream yields: its events, and between two connections that it is cut. */
export type LinkEvent =
  | StreamEvent
  /** `crowded`: the server has as many streams of this network as it takes of one. */
  | { readonly name: 'lost'; readonly crowded?: true }

const names: Readonly<Record<keyof StreamEvents, true>> = {
  hello: true,
  widget: true,
  resync: true,
  layout: true,
  gone: true,
  beat: true,
  bye: true,
}

/** Characters that wait for the end of an event: several times the manifest of 50 full hubs. */
const LONGEST = 8 * 1024 * 1024

/**
 * Cuts the bytes of one connection into events, however they are split. Unknown events are left out.
 * @throws SyntaxError when an event of ours is not JSON, ParseError when one has no end; the connection cannot be trusted then.
 */
export function eventDecoder(): (bytes: Uint8Array) => Iterable<StreamEvent> {
  let events: EventSourceMessage[] = []
  const text = new TextDecoder()
  const parser = createParser({
    maxBufferSize: LONGEST,
    onEvent: (event) => events.push(event),
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') throw error
    },
  })
  return function* (bytes) {
    events = []
    parser.feed(text.decode(bytes, { stream: true }))
    for (const { event: name, data, id } of events) {
      if (name === undefined || !Object.hasOwn(names, name)) continue
      // The server is ours and speaks this contract; checking its every field would cost the reader a schema library.
      yield { name, data: JSON.parse(data), ...(id !== undefined && { id }) } as StreamEvent
    }
  }
}
