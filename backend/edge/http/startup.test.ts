import { expect, test } from 'vitest'
import { problem, serveStartingFront } from './serve-front.fixtures.ts'

test('until the routes are there, all but health is told to wait', async () => {
  const { base, start } = await serveStartingFront({ patience: 300 })
  expect((await fetch(`${base}/healthz`)).status).toBe(200)
  expect(await problem(await fetch(`${base}/api/hello`))).toMatchObject({ status: 503 })
  expect(await problem(await fetch(`${base}/welcome`))).toMatchObject({ status: 503 })
  start()
  expect((await fetch(`${base}/api/hello`)).status).toBe(200)
})

test('who asks while it starts is answered once it has', async () => {
  const { front, base, start } = await serveStartingFront()
  const asked = Promise.all([
    fetch(`${base}/api/hello`),
    fetch(`${base}/api/echo`, { method: 'POST', body: '{"n":1}' }),
    fetch(`${base}/api/nothing`),
  ])
  await expect
    .poll(() => new Promise((resolve) => front.server.getConnections((_, open) => resolve(open))))
    .toBe(3)
  expect((await fetch(`${base}/healthz`)).status).toBe(200)
  start()
  expect((await asked).map(({ status }) => status)).toEqual([200, 200, 404])
})
