import { expect, test } from 'vitest'
import type { Outcome } from '../ingest/publish.ts'
import { eventRoutes } from './events.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call } from './route.ts'

/** What `POST /api/v1/events` answers, where the bus says `outcomes` of the events. */
async function post(body: unknown, outcomes: readonly Outcome[] = ['accepted']): Promise<Answer> {
  const routes = eventRoutes({ publish: async () => outcomes, hookSecret: 'a secret' })
  const route = routes.find(({ path }) => path === '/api/v1/events')
  const batch = Array.isArray(body) ? '-batch' : ''
  const call: Call = {
    method: 'POST',
    url: new URL('http://localhost/api/v1/events'),
    params: {},
    client: { address: '192.0.2.1', counted: '192.0.2.1' },
    headers: { 'content-type': `application/cloudevents${batch}+json` },
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
