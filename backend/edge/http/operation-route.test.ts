import { expect, test } from 'vitest'
import { z } from 'zod'
import { type Actor, anonymous } from '../../access/actor.ts'
import type { Client } from '../../access/client.ts'
import { type RefusalCode, refusal } from '../../base/refusal.ts'
import { operation } from '../../operations/operation.ts'
import { operationRoute } from './operation-route.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call, Route } from './route.ts'

const client: Client = { address: '192.0.2.1', counted: '192.0.2.1' }

async function ask(route: Route, given: Partial<Call> & { query?: string; sent?: unknown }): Promise<Answer> {
  try {
    return await route.handle({
      ...{ method: route.method, params: {}, headers: {}, client, actor: anonymous },
      url: new URL(`http://localhost/${given.query ?? ''}`),
      body: () => Promise.reject(new Error('nobody reads it as it is')),
      json: async () => given.sent,
      ...given,
    })
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error
    return { status: error.problem.status, headers: error.headers, body: error.problem }
  }
}

const runs: { actor: Actor; input: unknown; client: Client }[] = []
const rename = operation({
  method: 'POST',
  path: '/api/v1/things/:id/name',
  right: 'edit',
  summary: 'Name a thing',
  input: z.object({ id: z.string(), name: z.string().min(1), tags: z.array(z.string()).default([]) }),
  output: z.object({ name: z.string() }),
  answers: { 200: 'Its name' },
  async run(actor, input, client) {
    runs.push({ actor, input, client })
    return { output: { name: input.name } }
  },
})

test('input comes from the path and, of what is no GET, from the body', async () => {
  const route = operationRoute(rename)
  expect(await ask(route, { params: { id: '7' }, sent: { name: 'A', id: '8', more: 1 } })).toEqual({
    status: 200,
    body: { name: 'A' },
  })
  expect(runs.splice(0)).toEqual([{ actor: anonymous, input: { id: '7', name: 'A', tags: [] }, client }])
})

test('a body that does not fit is refused field by field, and nothing is run', async () => {
  const route = operationRoute(rename)
  expect(await ask(route, { params: { id: '7' }, sent: { name: '', tags: [1] } })).toMatchObject({
    status: 422,
    body: {
      detail: 'The request is refused. /name must not be empty.',
      errors: [
        { field: '/name', message: 'must not be empty' },
        { field: '/tags/0', message: 'must be a text' },
      ],
    },
  })
  expect(await ask(route, { params: { id: '7' }, sent: ['name'] })).toMatchObject({
    status: 422,
    body: { detail: 'The body must be a JSON object.' },
  })
  expect(runs).toEqual([])
})

test('of a GET it comes from the query, the first of each name', async () => {
  const list = operation({
    method: 'GET',
    path: '/api/v1/things',
    right: 'view',
    summary: 'Things',
    input: z.object({ limit: z.coerce.number().max(9, { error: 'must be at most 9' }).default(5) }),
    output: z.object({ limit: z.number() }),
    answers: { 200: 'Some' },
    run: async (_actor, { limit }) => ({ output: { limit } }),
  })
  const route = operationRoute(list)
  expect(await ask(route, {})).toEqual({ status: 200, body: { limit: 5 } })
  expect(await ask(route, { query: '?limit=3&limit=4&other=1' })).toEqual({ status: 200, body: { limit: 3 } })
  expect(await ask(route, { query: '?limit=10' })).toMatchObject({
    status: 400,
    body: { detail: 'limit must be at most 9.', errors: [{ field: 'limit', message: 'must be at most 9' }] },
  })
})

const ending = (ended: object) =>
  operationRoute(
    operation({
      method: 'PUT',
      path: '/api/v1/things/:id',
      right: 'edit',
      summary: 'Put a thing',
      input: z.object({ id: z.string(), expect: z.unknown() }),
      output: z.object({ id: z.string() }),
      answers: { 200: 'It is there', 201: 'It was made' },
      revisions: true,
      run: async (_actor, { expect, id }) => ({
        output: { id: `${id} ${JSON.stringify(expect)}` },
        ...ended,
      }),
    }),
  )

test('how it ended is told in headers and by the status', async () => {
  const put = (ended: object, headers = {}) => ask(ending(ended), { params: { id: '7' }, headers })
  expect(await put({ revision: 3 }, { 'if-match': '"2", W/"9"' })).toEqual({
    status: 200,
    headers: { etag: '"3"' },
    body: { id: '7 {"revisions":[2]}' },
  })
  expect(await put({ created: '/api/v1/things/7' }, { 'if-none-match': '*' })).toEqual({
    status: 201,
    headers: { location: '/api/v1/things/7' },
    body: { id: '7 {"exists":false}' },
  })
  expect(await put({ text: '{"kept":1}', paused: true, immutable: true })).toEqual({
    status: 200,
    headers: { 'hubs-paused': 'true', 'cache-control': 'public, max-age=31536000, immutable' },
    body: '{"kept":1}',
  })
})

test.each<[RefusalCode, number]>([
  ['malformed', 400],
  ['forbidden', 403],
  ['missing', 404],
  ['conflict', 409],
  ['changed', 412],
  ['invalid', 422],
  ['limited', 429],
  ['full', 503],
])('a refusal that is %s is answered by %i', async (code, status) => {
  const errors = [{ field: '/a', message: 'is wrong' }]
  const refused = operation({
    method: 'GET',
    path: '/api/v1/things/:id',
    right: 'view',
    summary: 'A thing',
    input: z.object({ id: z.string() }),
    answers: { 204: 'Never' },
    run: async () => refusal(code, 'It is not so.', { errors, retryAfter: 4 }),
  })
  expect(await ask(operationRoute(refused), { params: { id: '7' } })).toMatchObject({
    status,
    headers: { 'retry-after': '4' },
    body: { status, detail: 'It is not so.', errors },
  })
})

test('what changes something without a token is asked for by our own pages alone', async () => {
  const wave = operation({
    method: 'POST',
    path: '/api/v1/things/:id/wave',
    right: 'act',
    summary: 'Wave',
    input: z.object({ id: z.string() }),
    output: z.object({}),
    answers: { 202: 'It is on its way' },
    run: async () => ({ output: {} }),
  })
  const route = operationRoute(wave)
  const asked = (headers: Call['headers']) => ask(route, { params: { id: '7' }, headers })
  expect(await asked({ 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 })
  expect(await asked({ 'sec-fetch-site': 'same-origin' })).toEqual({ status: 202, body: {} })
  expect(await asked({ prefer: 'return=minimal' })).toEqual({
    status: 202,
    headers: { 'preference-applied': 'return=minimal' },
  })
})
