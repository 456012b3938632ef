import { createParser } from 'eventsource-parser'
import type { StreamEvents } from '#backend/wire.ts'

/** One event of a stream. `id` is the cursor once it is taken in. */
export type Frame = {
  [Name in keyof StreamEvents]: {
    readonly name: Name
    readonly data: StreamEvents[Name]
    readonly id?: string
  }
}[keyof StreamEvents]

const names: Readonly<Record<keyof StreamEvents, true>> = {
  hello: true,
  widget: true,
  resync: true,
  layout: true,
  gone: true,
  beat: true,
  bye: true,
}

/**
 * Cuts the bytes of one connection into frames, however they are split. Unknown events are left out.
 * @throws SyntaxError when an event of ours is not JSON, after which the connection cannot be trusted.
 */
export function frameDecoder(): (bytes: Uint8Array) => readonly Frame[] {
  let frames: Frame[] = []
  const text = new TextDecoder()
  const parser = createParser({
    onEvent({ event, data, id }) {
      if (event === undefined || !Object.hasOwn(names, event)) return
      // The server is ours and speaks this contract; checking its every field would cost the reader a schema library.
      const frame = { name: event, data: JSON.parse(data), ...(id !== undefined && { id }) } as Frame
      frames.push(frame)
    },
  })
  return (bytes) => {
    frames = []
    parser.feed(text.decode(bytes, { stream: true }))
    return frames
  }
}
