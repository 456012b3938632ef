import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Frame, frameDecoder } from './frame.ts'

const widget = fc
  .record({ id: fc.string(), data: fc.jsonValue() })
  .map(({ id, data }) => ({ name: 'widget', data: { id, data } }))
const beat = fc.record({ now: fc.nat(), through: fc.nat() }).map((data) => ({ name: 'beat', data }))
const frame = fc
  .tuple(
    fc.oneof(widget, beat),
    fc.option(
      fc.nat().map((n) => `1:${n}`),
      { nil: undefined },
    ),
  )
  .map(([event, id]) => ({ ...event, ...(id !== undefined && { id }) }))

function encode(frames: readonly { name: string; data: unknown; id?: string }[], end: string): Uint8Array {
  const lines = frames.flatMap(({ name, data, id }) => [
    ': a comment',
    `event: ${name}`,
    // Through JSON and back, as a server does, so that -0 is no difference.
    `data: ${JSON.stringify(data)}`,
    ...(id === undefined ? [] : [`id: ${id}`]),
    '',
  ])
  return new TextEncoder().encode(lines.map((line) => line + end).join(''))
}

function decode(bytes: Uint8Array, cuts: readonly number[]): readonly Frame[] {
  const feed = frameDecoder()
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return places.slice(1).flatMap((to, n) => [...feed(bytes.subarray(places[n], to))])
}

test.each(['\n', '\r\n', '\r'])(
  'frames come out whole however the bytes are cut, lines ended by %j',
  (end) => {
    fc.assert(
      fc.property(fc.array(frame), fc.array(fc.nat()), (frames, cuts) => {
        const bytes = encode(frames, end)
        // A CR at the very end may still become CRLF, so the last event is only sure with the next line.
        const ended = end === '\r' ? new Uint8Array([...bytes, ...new TextEncoder().encode(':\n')]) : bytes
        expect(decode(ended, cuts)).toEqual(JSON.parse(JSON.stringify(frames)))
      }),
      { numRuns: 300 },
    )
  },
)

test('every single byte may arrive alone, characters of several bytes too', () => {
  const frames = [{ name: 'widget', data: { id: 'ü', data: '漢字 😀 \u2028' }, id: '1:2' }]
  const bytes = encode(frames, '\r\n')
  expect(
    decode(
      bytes,
      [...bytes].map((_, n) => n),
    ),
  ).toEqual(frames)
})

test('unknown events are left out, known ones after them are not', () => {
  const text =
    'event: news\ndata: {"x":1}\n\ndata: {"y":1}\n\nevent: toString\ndata: 1\n\nevent: bye\ndata: {}\n\n'
  expect([...frameDecoder()(new TextEncoder().encode(text))]).toEqual([{ name: 'bye', data: {} }])
})

test('an event that is not JSON is an error, after the events before it', () => {
  const frames = frameDecoder()(
    new TextEncoder().encode('event: bye\ndata: {}\n\nevent: beat\ndata: {"now":\n\n'),
  )
  const heard: string[] = []
  expect(() => {
    for (const { name } of frames) heard.push(name)
  }).toThrow(SyntaxError)
  expect(heard).toEqual(['bye'])
})

test('arbitrary bytes are frames, nothing, or a SyntaxError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 64 })), (chunks) => {
      const feed = frameDecoder()
      try {
        for (const chunk of chunks) for (const { name } of feed(chunk)) expect(name).toBeTypeOf('string')
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    }),
  )
})
