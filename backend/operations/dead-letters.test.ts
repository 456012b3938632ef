import { expect, test } from 'vitest'
import { actorOf, admin } from '../access/actor.ts'
import { can } from '../access/can.ts'
import type { DeadLetter, DeadLetters } from '../bus/dead-letters.ts'
import { deadLetterOperations } from './dead-letters.ts'

const letter = (id: string, body: Uint8Array = Buffer.from('{"a":1}')): DeadLetter => ({
  ...{ id, topic: 'a.b', body, reason: 'The body is not JSON.', time: Date.UTC(2026, 0, 31) },
})

function setUp(letters: DeadLetter[]) {
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
  const [list, get, replay, drop] = deadLetterOperations({ dead })
  const client = { address: '192.0.2.1', counted: '192.0.2.1' }
  return {
    ...{ letters, replayed },
    list: (asked: object) => list.run(admin, list.input.parse(asked), client),
    get: (id: string) => get.run(admin, { id }, client),
    replay: (id: string) => replay.run(admin, { id }, client),
    drop: (id: string) => drop.run(admin, { id }, client),
  }
}

test('dead letters are listed without their bodies, and shown with them', async () => {
  const { list, get } = setUp([letter('3'), letter('2', Buffer.from([0xff])), letter('1')])
  const summary = { topic: 'a.b', reason: 'The body is not JSON.', time: '2026-01-31T00:00:00.000Z' }
  expect(await list({ limit: '1', before: '3' })).toEqual({
    output: { deadLetters: [{ id: '2', ...summary, bytes: 1 }] },
  })
  expect(await get('3')).toEqual({ output: { id: '3', ...summary, bytes: 7, body: '{"a":1}' } })
  expect(await get('2')).toMatchObject({ output: { bodyBase64: '/w==' } })
  await expect(async () => list({ limit: '1000' })).rejects.toThrow('from 1 to 100')
  expect(await get('9')).toMatchObject({ refused: 'missing' })
})

test('one is put back on the bus, another is dropped', async () => {
  const { replay, drop, letters, replayed } = setUp([letter('2'), letter('1')])
  expect(await replay('2')).toEqual({ output: undefined })
  expect(await replay('2')).toMatchObject({ refused: 'missing' })
  expect(await drop('1')).toEqual({ output: undefined })
  expect(await drop('1')).toMatchObject({ refused: 'missing' })
  expect([replayed, letters]).toEqual([['2'], []])
})

test('they are for those who administer', () => {
  const others = actorOf('id', ['publish', 'hubs:write', 'read'])
  for (const { right } of deadLetterOperations({ dead: {} as DeadLetters })) {
    expect([can(others, right), can(admin, right)]).toEqual([false, true])
  }
})
