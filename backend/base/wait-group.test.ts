import { expect, test } from 'vitest'
import { openWaitGroup } from './wait-group.ts'

test('who waits goes on when as many have ended as have begun', async () => {
  const group = openWaitGroup()
  await group.idle()
  group.begin()
  group.begin()
  let idle = false
  const waiting = group.idle().then(() => {
    idle = true
  })
  group.end()
  group.begin()
  group.end()
  await new Promise((resolve) => setImmediate(resolve))
  expect(idle).toBe(false)
  group.end()
  await waiting
  await group.idle()
})

test('whoever waits is told, however many do', async () => {
  const group = openWaitGroup()
  group.begin()
  const told = Promise.all([group.idle(), group.idle()])
  group.end()
  await told
})
