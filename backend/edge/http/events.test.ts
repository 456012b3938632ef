import { expect, test } from 'vitest'
import { actorOf } from '../../access/actor.ts'
import type { HubEvent } from '../../ingest/event.ts'
import type { PublishOutcome } from '../../ingest/publish.ts'
import { eventOperations } from '../../operations/events.ts'
import { publishRate } from '../../operations/publish-rate.ts'
import { operationRoutes } from './operation-routes.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call } from './route.ts'
import { webhookHandshake } from './webhook-handshake.ts'

interface Circumstances {
  /** What the bus says of the events. */
  readonly outcomes?: readonly PublishOutcome[]
  readonly scopes?: readonly string[]
  readonly headers?: Call['headers']
  readonly bytes?: Buffer
  readonly method?: 'POST' | 'OPTIONS'
  readonly rate?: number
}

/** A door of its own for each test, with what it put on the bus. */
function openDoor({ rate = 1_000 }: Pick<Circumstances, 'rate'> = {}) {
  const published: HubEvent[] = []
  let outcomes: readonly PublishOutcome[] = []
  const operations = eventOperations({
    async publish(events) {
      published.push(...events)
      return events.map((_, index) => outcomes[index] ?? 'accepted')
    },
    rate: publishRate(rate),
  })
  const routes = operationRoutes(operations)
  async function send(body: unknown, given: Circumstances = {}): Promise<Answer> {
    outcomes = given.outcomes ?? []
    const method = given.method ?? 'POST'
    const route = routes.find((each) => each.path === '/api/v1/events' && each.method === method)
    const batch = Array.isArray(body) ? '-batch' : ''
    const call: Call = {
      method,
      url: new URL('http://localhost/api/v1/events'),
      params: {},
      client: { address: '192.0.2.1', counted: '192.0.2.1' },
      headers: { 'content-type': `application/cloudevents${batch}+json`, ...given.headers },
      body: async () => given.bytes ?? Buffer.from(JSON.stringify(body)),
      json: async () => body,
      actor: actorOf('0123', given.scopes ?? ['publish']),
    }
    try {
      return await (route?.handle(call) ?? Promise.reject(new Error('There is no such route.')))
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return { status: error.problem.status, headers: error.headers, body: error.problem }
    }
  }
  return { published, send }
}

const post = (body: unknown, outcomes: readonly PublishOutcome[] = []) => openDoor().send(body, { outcomes })

const event = (id: string) => ({ specversion: '1.0', id, source: 'ci', type: 'deploy.web' })

test('an id that another event has is a conflict, and named', async () => {
  expect(await post(event('7'), ['conflict'])).toMatchObject({
    status: 409,
    body: {
      detail: expect.stringContaining(
        'The event “7” of “ci” came with a source and id that another event had',
      ),
      errors: [{ field: '/id', message: expect.stringContaining('“7” of “ci”') }],
    },
  })
})

test('of a batch the events in conflict are named, and what became of the others is said', async () => {
  const batch = ['1', '2', '3'].map(event)
  expect(await post(batch, ['accepted', 'conflict', 'duplicate'])).toMatchObject({
    status: 409,
    body: {
      detail: expect.stringMatching(/The other 2 of the batch were accepted\.$/),
      errors: [{ field: '/1/id' }],
    },
  })
  expect(await post(batch, ['accepted', 'duplicate', 'accepted'])).toEqual({
    status: 202,
    body: { ids: ['1', '2', '3'], duplicates: ['2'] },
  })
})

test.each(['return=minimal', 'respond-async, Return = "minimal"; x=1', 'reply'])(
  'who prefers %s gets no body, and refusals all the same',
  async (prefer) => {
    const answer = await openDoor().send(event('1'), { headers: { prefer } })
    expect(answer).toEqual({ status: 202, headers: { 'preference-applied': 'return=minimal' } })
    expect(await openDoor().send(event('1'), { outcomes: ['conflict'], headers: { prefer } })).toMatchObject({
      status: 409,
      body: { status: 409 },
    })
  },
)

test.each(['return=representation', 'no-reply', ''])('who prefers %s gets the ids', async (prefer) => {
  expect(await openDoor().send(event('1'), { headers: { prefer } })).toEqual({
    status: 202,
    body: { ids: ['1'] },
  })
})

test('a sender that asks before it sends may', async () => {
  const asked = (headers: Record<string, string>) => webhookHandshake.handle({ headers } as unknown as Call)
  expect(
    await asked({ 'webhook-request-origin': 'events.example.org', 'webhook-request-rate': '120' }),
  ).toEqual({
    status: 200,
    headers: {
      allow: 'POST, OPTIONS',
      'webhook-allowed-origin': 'events.example.org',
      'webhook-allowed-rate': '*',
    },
  })
  expect(await asked({})).toEqual({ status: 200, headers: { allow: 'POST, OPTIONS' } })
})

test('a token publishes only what its scopes cover, and is told of the topics and scopes it lacks', async () => {
  const { published, send } = openDoor()
  const github = { ...event('1'), type: 'github.acme.api.push.-' }
  expect(await send(github)).toMatchObject({
    status: 403,
    body: {
      detail: expect.stringContaining(
        '“github.acme.api.push.-” from “ci” takes a token with the scope publish:github.>',
      ),
      errors: [{ field: '/topic' }],
    },
  })
  const batch = [event('1'), { ...event('2'), source: 'https://github.com/acme/api' }, event('3')]
  expect(await send(batch)).toMatchObject({ status: 403, body: { errors: [{ field: '/1/topic' }] } })
  expect(await send(event('1'), { scopes: ['publish:ci.>'] })).toMatchObject({ status: 403 })
  expect(published).toEqual([])
  expect(await send(github, { scopes: ['publish:github.>'] })).toMatchObject({ status: 202 })
})

test('an event carries the id of the token that published it, whatever it says itself', async () => {
  const { published, send } = openDoor()
  await send({ ...event('1'), hubstoken: 'somebody', team: 'web' })
  expect(published.map(({ extensions }) => extensions)).toEqual([{ hubstoken: '0123', team: 'web' }])
})

test('a token that publishes more than its share is told when to come again', async () => {
  const { published, send } = openDoor({ rate: 50 })
  const batch = Array.from({ length: 300 }, (_, n) => event(String(n)))
  expect(await send(batch)).toMatchObject({ status: 202 })
  const refused = await send(batch)
  expect(refused).toMatchObject({
    status: 429,
    headers: { 'retry-after': expect.stringMatching(/^([1-9]|10)$/) },
  })
  // What was refused took nothing of the share.
  expect(await send(batch.slice(0, 200))).toMatchObject({ status: 202 })
  expect(await send(batch.slice(0, 1))).toMatchObject({ status: 429 })
  expect(published).toHaveLength(500)
})
