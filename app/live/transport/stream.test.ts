import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { backoff } from '../core/backoff.ts'
import type { LinkEvent } from '../core/stream-event.ts'
import { StreamRefused, stream } from './stream.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

let server: Server | undefined
const stopping: AbortController[] = []

afterEach(() => {
  for (const control of stopping.splice(0)) control.abort()
  server?.closeAllConnections()
  server?.close()
})

async function serve(...answers: Answer[]): Promise<{ url: string; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = []
  server = createServer((request, response) => {
    asked.push(request)
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    answer?.(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/stream?hub=a`, asked }
}

const event = (name: string, data: unknown, id?: string) =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n${id === undefined ? '' : `id: ${id}\n`}\n`
const hello = (heartbeat: number, id?: string) =>
  event('hello', { cursor: '1:1', heartbeat, now: 1, through: 1, build: 'b', hubs: {} }, id)
const beat = (now: number, id?: string) => event('beat', { now, through: now }, id)

const says =
  (...texts: string[]): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const text of texts) response.write(text)
  }
const saysAndEnds =
  (...texts: string[]): Answer =>
  (request, response) => {
    says(...texts)(request, response)
    response.end()
  }
const refuses =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, headers).end('no')
  }

/** What the stream yields until the last name was seen, and how long it rested. */
async function hear(url: string, until: (heard: LinkEvent) => boolean, cursor = '1:1') {
  const control = new AbortController()
  stopping.push(control)
  const all: LinkEvent[] = []
  const rests: number[] = []
  const rest = async (ms: number) => {
    rests.push(ms)
  }
  for await (const heard of stream({ url, cursor, signal: control.signal, rest, random: () => 0.5 })) {
    all.push(heard)
    if (until(heard)) break
  }
  return { all, names: all.map(({ name }) => name), rests }
}

const isBeat = ({ name }: LinkEvent) => name === 'beat'

test('begins at the given cursor', async () => {
  const { url, asked } = await serve(says(hello(20), beat(1)))
  expect((await hear(url, isBeat, '7:12')).names).toEqual(['hello', 'beat'])
  expect(new URL(url + asked[0]?.url).searchParams.get('cursor')).toBe('7:12')
  expect(asked[0]?.headers['last-event-id']).toBeUndefined()
})

test('survives a 502, a page of a portal and a refused connection, and resumes after what it has taken in', async () => {
  const { url, asked } = await serve(
    saysAndEnds(hello(20, '1:1'), event('widget', { id: 'w' }, '1:5'), event('widget', { id: 'v' })),
    refuses(502),
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Log in</p>'),
    (request) => request.socket.destroy(),
    says(hello(20), beat(9)),
  )
  const { names } = await hear(url, isBeat)
  expect(names).toEqual(['hello', 'widget', 'widget', 'lost', 'lost', 'lost', 'lost', 'hello', 'beat'])
  expect(asked[4]?.headers['last-event-id']).toBe('1:5')
  expect(asked[4]?.url).not.toContain('cursor')
})

test('rests longer and longer, never over fifteen seconds, and begins small again after a bye', async () => {
  const answers = Array.from({ length: 9 }, () => refuses(503))
  const { url } = await serve(...answers, saysAndEnds(hello(20), event('bye', {})), says(beat(1)))
  const { rests } = await hear(url, isBeat)
  expect(rests).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500, 125])
})

test('honours Retry-After in seconds and as a date, and does not come back with everybody else', async () => {
  const date = new Date(Date.now() + 60_000).toUTCString()
  const { url } = await serve(
    refuses(503, { 'retry-after': '7' }),
    refuses(429, { 'retry-after': date }),
    refuses(503, { 'retry-after': 'soon' }),
    says(beat(1)),
  )
  const { rests, all } = await hear(url, isBeat)
  expect(rests[0]).toBe(7_000 + 125)
  expect(rests[1]).toBeGreaterThan(50_000)
  expect(rests[2]).toBe(500)
  expect(all.slice(0, 3)).toEqual([{ name: 'lost' }, { name: 'lost', crowded: true }, { name: 'lost' }])
})

test.each([400, 401, 403, 404, 410])('ends with an error on %i', async (status) => {
  const { url } = await serve(refuses(status))
  await expect(hear(url, isBeat)).rejects.toMatchObject({ code: 'stream-refused', status })
  await expect(hear(url, isBeat)).rejects.toBeInstanceOf(StreamRefused)
})

test('a connection that falls silent for one and a quarter heartbeats is given up', async () => {
  const { url, asked } = await serve(says(hello(0.04, '1:3')), says(beat(1)))
  const { names } = await hear(url, isBeat)
  expect(names).toEqual(['hello', 'lost', 'beat'])
  expect(asked[1]?.headers['last-event-id']).toBe('1:3')
})

test('sound without frames keeps a connection', async () => {
  let sounds = 0
  const { url, asked } = await serve((request, response) => {
    says(hello(0.8))(request, response)
    const timer = setInterval(() => {
      response.write(++sounds < 24 ? ': still here\n\n' : beat(1))
    }, 50)
    request.socket.on('close', () => clearInterval(timer))
  })
  expect((await hear(url, isBeat)).names).toEqual(['hello', 'beat'])
  expect(asked).toHaveLength(1)
})

test('a frame that is not JSON ends the connection, not the stream', async () => {
  const { url } = await serve(says(hello(20), 'event: widget\ndata: {\n\n'), says(beat(1)))
  expect((await hear(url, isBeat)).names).toEqual(['hello', 'lost', 'beat'])
})

test('the signal closes the connection', async () => {
  let closed = false
  const { url } = await serve((request, response) => {
    request.on('close', () => {
      closed = true
    })
    says(hello(20))(request, response)
  })
  const control = new AbortController()
  for await (const { name } of stream({ url, cursor: '1:1', signal: control.signal })) {
    expect(name).toBe('hello')
    control.abort()
  }
  await expect.poll(() => closed).toBe(true)
})

test('the jitter is full, under a ceiling that doubles', () => {
  expect([1, 2, 3, 7, 50].map((failures) => backoff(failures, () => 1))).toEqual([
    250, 500, 1_000, 15_000, 15_000,
  ])
  expect(backoff(9, () => 0)).toBe(0)
})

const bytesOf = (text: string) => new TextEncoder().encode(text)
const spoken = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.nat(9), fc.option(fc.nat(99)))
      .map(([now, id]) => bytesOf(beat(now, id === null ? undefined : `1:${id}`))),
  },
  fc
    .constantFrom(
      hello(20),
      hello(Number.NaN),
      event('hello', null),
      event('bye', {}),
      'data: {',
      'event: beat\n\n',
    )
    .map(bytesOf),
  fc.string({ unit: 'binary' }).map(bytesOf),
  fc.uint8Array({ maxLength: 40 }),
)
const status = fc.constantFrom(200, 200, 200, 200, 200, 204, 301, 429, 500, 503, 404)
const answers = fc.array(
  fc.record({
    status,
    type: fc.constantFrom(
      'text/event-stream',
      'text/event-stream; charset=utf-8',
      'text/event-stream',
      'text/html',
      '',
    ),
    retryAfter: fc.constantFrom(
      '',
      '1',
      '-1',
      '1e9',
      '99999999999999999999',
      'soon',
      'Thu, 01 Jan 1970 00:00:00 GMT',
    ),
    chunks: fc.array(spoken, { maxLength: 6 }),
    broken: fc.boolean(),
  }),
  { maxLength: 6 },
)

test('whatever servers say, the stream goes on after what was taken in, or is refused', async () => {
  await fc.assert(
    fc.asyncProperty(answers, async (all) => {
      const control = new AbortController()
      let asked = 0
      let taken = '1:0'
      const resumes: [from: string | null, taken: string][] = []
      const answer: typeof fetch = async (input, init) => {
        const resumed = new Headers(init?.headers).get('last-event-id')
        // Compared below: what is thrown here would count as a connection lost.
        resumes.push([resumed ?? new URL(String(input)).searchParams.get('cursor'), taken])
        const next = all[asked++]
        if (!next) {
          control.abort()
          throw new TypeError('no network')
        }
        const { status, type, retryAfter, chunks, broken } = next
        const rest = [...chunks]
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            const chunk = rest.shift()
            if (chunk) controller.enqueue(chunk)
            else if (broken) controller.error(new TypeError('cut'))
            else controller.close()
          },
        })
        const headers = { 'content-type': type, 'retry-after': retryAfter }
        return new Response(status === 204 ? null : body, { status, headers })
      }
      const rests: number[] = []
      const rest = async (ms: number) => {
        rests.push(ms)
      }
      const heard = stream({
        url: 'http://server/s?hub=a',
        cursor: taken,
        signal: control.signal,
        fetch: answer,
        rest,
      })
      try {
        for await (const each of heard) {
          if (each.name === 'lost') continue
          expect(['hello', 'beat', 'bye']).toContain(each.name)
          taken = each.id ?? taken
        }
      } catch (error) {
        expect(error).toBeInstanceOf(StreamRefused)
        expect(all[asked - 1]?.status).toBe(404)
      }
      for (const [from, taken] of resumes) expect(from).toBe(taken)
      for (const ms of rests) expect(ms).toSatisfy((wait: number) => wait >= 0 && wait <= 315_000)
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 300) },
  )
})
