import { expect, test } from 'vitest'
import { openTurns } from './turns.ts'

function order(turns: ReturnType<typeof openTurns<string>>): string[] {
  const all: string[] = []
  for (let job = turns.next(); job !== undefined; job = turns.next()) all.push(job)
  return all
}

test('who is known to need little goes before newcomers, and those before who needs much', () => {
  const turns = openTurns<string>(() => 0)
  turns.used(['heavy'], 1_500)
  turns.used(['light'], 3)
  for (const whose of ['heavy', 'new', 'newer', 'light']) turns.add([whose], whose)
  expect(order(turns)).toEqual(['light', 'new', 'newer', 'heavy'])
})

test('what was used is forgotten in time', () => {
  let now = 0
  const turns = openTurns<string>(() => now)
  turns.used(['once heavy'], 1_500)
  now = 600_000
  for (const whose of ['new', 'once heavy']) turns.add([whose], whose)
  expect(order(turns)).toEqual(['once heavy', 'new'])
})

test('who leaves has no turn', () => {
  const turns = openTurns<string>()
  for (const job of ['a', 'b']) turns.add(['one'], job)
  expect([turns.leave('a'), turns.leave('a')]).toEqual([true, false])
  expect(order(turns)).toEqual(['b'])
})

test('a party waits as one, under however many names it asks', () => {
  const turns = openTurns<string>(() => 0)
  for (let n = 0; n < 100; n++) turns.add(['many', `name ${n}`], `many ${n}`)
  turns.add(['one', 'its own'], 'one')
  expect(turns.next()).toBe('many 0')
  turns.used(['many', 'name 0'], 1_500)
  expect(turns.next()).toBe('one')
})

test('within a party, what is known to need little goes before what is not, and that before what needs much', () => {
  const turns = openTurns<string>(() => 0)
  turns.used(['hub', 'heavy'], 1_500)
  turns.used(['hub', 'light'], 3)
  for (const purpose of ['heavy', 'new', 'light']) turns.add(['hub', purpose], purpose)
  turns.add(['other', 'heavy'], 'heavy of another')
  expect(order(turns)).toEqual(['heavy of another', 'light', 'new', 'heavy'])
})

test('how many purposes a party has makes nothing forgotten of others', () => {
  const turns = openTurns<string>(() => 0)
  turns.used(['light'], 3)
  for (let n = 0; n < 2_000; n++) turns.used(['many', `name ${n}`], 1)
  for (const party of ['new', 'light']) turns.add([party], party)
  expect(order(turns)).toEqual(['light', 'new'])
})
