import { expect, test } from 'vitest'
import { openTurns } from './turns.ts'

function order(turns: ReturnType<typeof openTurns<string>>): string[] {
  const all: string[] = []
  for (let job = turns.next(); job !== undefined; job = turns.next()) all.push(job)
  return all
}

test('who is known to need little goes before newcomers, and those before who needs much', () => {
  const turns = openTurns<string>(() => 0)
  turns.used('heavy', 1_500)
  turns.used('light', 3)
  for (const whose of ['heavy', 'new', 'newer', 'light']) turns.add(whose, whose)
  expect(order(turns)).toEqual(['light', 'new', 'newer', 'heavy'])
})

test('what was used is forgotten in time', () => {
  let now = 0
  const turns = openTurns<string>(() => now)
  turns.used('once heavy', 1_500)
  now = 600_000
  for (const whose of ['new', 'once heavy']) turns.add(whose, whose)
  expect(order(turns)).toEqual(['once heavy', 'new'])
})

test('who leaves has no turn', () => {
  const turns = openTurns<string>()
  for (const job of ['a', 'b']) turns.add('one', job)
  expect([turns.leave('a'), turns.leave('a')]).toEqual([true, false])
  expect(order(turns)).toEqual(['b'])
})
