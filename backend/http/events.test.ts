import { expect, test } from 'vitest'
import type { Outcome } from '../ingest/publish.ts'
import { eventRoutes } from './events.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call } from './route.ts'

/** What `POST /api/v1/events` answers, where the bus says `outcomes` of the events. */
async function post(
  body: unknown,
  outcomes: readonly Outcome[] = ['accepted'],
  headers: Call['headers'] = {},
): Promise<Answer> {
  const routes = eventRoutes({ publish: async () => outcomes, hookSecret: 'a secret' })
  const route = routes.find(({ method, path }) => method === 'POST' && path === '/api/v1/events')
  const batch = Array.isArray(body) ? '-batch' : ''
  const call: Call = {
    method: 'POST',
    url: new URL('http://localhost/api/v1/events'),
    params: {},
    client: { address: '192.0.2.1', counted: '192.0.2.1' },
    headers: { 'content-type': `application/cloudevents${batch}+json`, ...headers },
    body: async () => Buffer.from(JSON.stringify(body)),
    json: async () => body,
    authorize: async () => {},
  }
  try {
    return await (route?.handle(call) ?? Promise.reject(new Error('There is no such route.')))
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { status: error.problem.status, headers: error.headers, body: error.problem }
  }
}

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
    const answer = await post(event('1'), ['accepted'], { prefer })
    expect(answer).toEqual({ status: 202, headers: { 'preference-applied': 'return=minimal' } })
    expect(await post(event('1'), ['conflict'], { prefer })).toMatchObject({
      status: 409,
      body: { status: 409 },
    })
  },
)

test.each(['return=representation', 'no-reply', ''])('who prefers %s gets the ids', async (prefer) => {
  expect(await post(event('1'), ['accepted'], { prefer })).toEqual({ status: 202, body: { ids: ['1'] } })
})

test('a sender that asks before it sends may', async () => {
  const routes = eventRoutes({ publish: async () => [], hookSecret: 'a secret' })
  const route = routes.find(({ method }) => method === 'OPTIONS')
  const asked = (headers: Record<string, string>) => route?.handle({ headers } as unknown as Call)
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
