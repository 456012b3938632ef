import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CacheEntry } from '#backend/cache/cache.ts'
import { frame as encoded } from '#backend/stream/frame.ts'
import { keyState } from '#backend/stream/key-state.ts'
import { openWidgetFrames } from '#backend/stream/widget-frames.ts'
import { eventDecoder, type StreamEvent } from './stream-event.ts'

const runs = Number(process.env.FUZZ_RUNS ?? 300)

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

function decode(bytes: Uint8Array, cuts: readonly number[]): readonly StreamEvent[] {
  const feed = eventDecoder()
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
      { numRuns: runs },
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
  expect([...eventDecoder()(new TextEncoder().encode(text))]).toEqual([{ name: 'bye', data: {} }])
})

test('an event that is not JSON is an error, after the events before it', () => {
  const frames = eventDecoder()(
    new TextEncoder().encode('event: bye\ndata: {}\n\nevent: beat\ndata: {"now":\n\n'),
  )
  const heard: string[] = []
  expect(() => {
    for (const { name } of frames) heard.push(name)
  }).toThrow(SyntaxError)
  expect(heard).toEqual(['bye'])
})

const text = fc.string({ unit: 'binary' })
const version = fc.record({ epoch: fc.nat(), offset: fc.nat() })
const entry: fc.Arbitrary<CacheEntry> = fc
  .record({
    version,
    error: fc.option(
      fc.record({ code: fc.constant('threw' as const), message: text, reference: text, at: fc.nat() }),
      { nil: undefined },
    ),
    cause: fc.array(fc.record({ id: text, topic: text }), { maxLength: 2 }),
    loadedAt: fc.option(fc.nat(), { nil: undefined }),
  })
  .map((fields) => ({
    ...fields,
    ...{
      key: 'k',
      dataOffset: 1,
      data: undefined,
      hasData: true,
      empty: false,
      fresh: true,
      building: false,
    },
    ...{ checkedAt: undefined, dueAt: undefined, required: 1, built: 1, loads: [] },
  }))
/** What was written, and what must be read of it. */
interface Written {
  readonly bytes: Uint8Array
  readonly frames: readonly unknown[]
}
const written: fc.Arbitrary<Written> = fc.oneof(
  fc
    .record({
      name: fc.constantFrom('hello', 'resync', 'layout', 'gone', 'beat', 'bye'),
      data: fc.jsonValue(),
      id: fc.option(version),
    })
    .map(({ name, data, id }) => ({
      // What the events hold is the business of those who make them.
      bytes: Buffer.from(encoded(name as 'bye', data as never, id ?? undefined)),
      frames: [{ name, data, ...(id ? { id: `${id.epoch}:${id.offset}` } : {}) }],
    })),
  fc
    .record({
      entry,
      data: fc.jsonValue(),
      ids: fc.array(text, { minLength: 1, maxLength: 3 }),
      withId: fc.boolean(),
    })
    .map(({ entry, data, ids, withId }) => {
      const state = keyState(entry, JSON.stringify(data))
      const widgets = ids.map((id) => ({ id, key: 'k', token: 't', schema: 'notes@1' }))
      const chunk = openWidgetFrames().of(state, { widgets, tag: '1' }, true, withId).toString()
      const { version, error, cause, loadedAt = null } = entry
      const at = `${version.epoch}:${version.offset}`
      const told = {
        key: 't',
        version: at,
        schema: 'notes@1',
        status: error ? 'failed' : 'fresh',
        loadedAt,
        checkedAt: null,
      }
      const why = cause.length > 0 ? { cause: cause.map(({ id }) => id), topic: cause.at(-1)?.topic } : {}
      const failed = error
        ? { error: { code: 'threw', message: error.message, reference: error.reference } }
        : {}
      return {
        bytes: Buffer.from(chunk.slice(chunk.indexOf('\r\n') + 2, -2)),
        frames: ids.map((id, n) => ({
          name: 'widget',
          data: { id, ...told, ...failed, ...why, data },
          ...(withId && n === ids.length - 1 ? { id: at } : {}),
        })),
      }
    }),
)

test('what the server writes comes out as it was, however it is cut', () => {
  fc.assert(
    fc.property(fc.array(written, { maxLength: 6 }), fc.array(fc.nat()), (all, cuts) => {
      const bytes = Buffer.concat(all.map(({ bytes }) => bytes))
      const frames = all.flatMap(({ frames }) => frames)
      expect(decode(bytes, cuts)).toEqual(JSON.parse(JSON.stringify(frames)))
    }),
    { numRuns: runs },
  )
})

/** Bytes that are nearly an event stream. */
const scraps = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '\n',
          '\r',
          '\r\n',
          '\n\n',
          ':',
          '\0',
          '\ufeff',
          'id',
          'id: 1:1\0',
          'retry: 1',
          'data',
          'data: ',
        ),
        fc.constantFrom(
          'event: beat\n',
          'event: hello\n',
          'data: {}\n',
          'data: null\n',
          'data: {"heartbeat":0}\n',
          'id: 1:2\n',
        ),
        text,
      ),
    )
    .map((parts) => new TextEncoder().encode(parts.join(''))),
)

test('arbitrary bytes are frames, nothing, or a SyntaxError', () => {
  fc.assert(
    fc.property(fc.array(scraps), (chunks) => {
      const feed = eventDecoder()
      try {
        for (const chunk of chunks)
          for (const { name, id } of feed(chunk)) {
            expect(name).toBeTypeOf('string')
            expect(id ?? '').not.toMatch(/[\0\r\n]/)
          }
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError)
      }
    }),
    { numRuns: runs },
  )
})

test('an event without end is given up before it fills the memory', () => {
  const feed = eventDecoder()
  const chunk = new TextEncoder().encode('x'.repeat(1024 * 1024))
  const read = () => {
    for (let n = 0; n < 9; n++) expect([...feed(chunk)]).toEqual([])
  }
  expect([...feed(new TextEncoder().encode('data: '))]).toEqual([])
  expect(read).toThrow('max buffer size')
})
