import { expect, test } from 'vitest'
import type { DeadLetter, DeadLetters } from '../../bus/dead-letters.ts'
import { actorOf, admin } from '../../operations/actor.ts'
import { can } from '../../operations/can.ts'
import { deadLetterRoutes } from './dead-letters.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call } from './route.ts'

const letter = (id: string, body: Uint8Array = Buffer.from('{"a":1}')): DeadLetter => ({
  ...{ id, topic: 'a.b', body, reason: 'The body is not JSON.', time: Date.UTC(2026, 0, 31) },
})

function setUp(letters: DeadLetter[], actor = admin) {
  const replayed: string[] = []
  const remove = (id: string) => {
    const at = letters.findIndex((each) => each.id === id)
    if (at >= 0) letters.splice(at, 1)
    return at >= 0
  }
  const dead: DeadLetters = {
    list: async ({ limit, before }) =>
      letters.filter(({ id }) => before === undefined || Number(id) < Number(before)).slice(0, limit),
    get: async (id) => letters.find((each) => each.id === id),
    async replay(id) {
      if (!remove(id)) return false
      replayed.push(id)
      return true
    },
    drop: async (id) => remove(id),
  }
  const routes = deadLetterRoutes(dead)
  async function ask(method: string, path: string, id = '', search = ''): Promise<Answer> {
    const route = routes.find((each) => each.method === method && each.path === `/api/v1/dead-letters${path}`)
    const call = {
      params: { id },
      url: new URL(`http://localhost/${search}`),
      actor,
    }
    if (!route) throw new Error('There is no such route.')
    if (!can(actor, route.right)) return { status: 403 }
    try {
      // The rest of a call is not looked at.
      return await route.handle(call as unknown as Call)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      return { status: error.problem.status, body: error.problem }
    }
  }
  return { ask, letters, replayed }
}

test('dead letters are listed without their bodies, and shown with them', async () => {
  const { ask } = setUp([letter('3'), letter('2', Buffer.from([0xff])), letter('1')])
  const summary = { topic: 'a.b', reason: 'The body is not JSON.', time: '2026-01-31T00:00:00.000Z' }
  expect(await ask('GET', '', '', '?limit=1&before=3')).toEqual({
    status: 200,
    body: { deadLetters: [{ id: '2', ...summary, bytes: 1 }] },
  })
  expect(await ask('GET', '/:id', '3')).toEqual({
    status: 200,
    body: { id: '3', ...summary, bytes: 7, body: '{"a":1}' },
  })
  expect(await ask('GET', '/:id', '2')).toMatchObject({ body: { bodyBase64: '/w==' } })
  expect(await ask('GET', '', '', '?limit=1000')).toMatchObject({ status: 400 })
  expect(await ask('GET', '/:id', '9')).toMatchObject({ status: 404 })
})

test('one is put back on the bus, another is dropped', async () => {
  const { ask, letters, replayed } = setUp([letter('2'), letter('1')])
  expect(await ask('POST', '/:id/replay', '2')).toEqual({ status: 204 })
  expect(await ask('POST', '/:id/replay', '2')).toMatchObject({ status: 404 })
  expect(await ask('DELETE', '/:id', '1')).toEqual({ status: 204 })
  expect(await ask('DELETE', '/:id', '1')).toMatchObject({ status: 404 })
  expect([replayed, letters]).toEqual([['2'], []])
})

test('they are for those who administer', async () => {
  const { ask, letters } = setUp([letter('1')], actorOf('id', ['publish', 'hubs:write', 'read']))
  for (const [method, path] of [
    ['GET', ''],
    ['GET', '/:id'],
    ['POST', '/:id/replay'],
    ['DELETE', '/:id'],
  ] as const)
    expect(await ask(method, path, '1')).toMatchObject({ status: 403 })
  expect(letters).toHaveLength(1)
})
