import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { serveFront } from './serve-front.fixtures.ts'

test('an ending server answers on, each answer being the last on its connection, and finishes what was begun', async () => {
  const { front, port, base } = await serveFront()
  const agent = new Agent({ keepAlive: true })
  const slow = request(`${base}/api/echo`, { method: 'POST', agent }).on('error', () => {})
  slow.write('[1')
  await once(front.server, 'request')
  front.shutdown.begin()
  const answer = await fetch(`${base}/api/hello`)
  expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close'])

  const finished = front.shutdown.finish(60_000)
  const refused = connect(port, '127.0.0.1')
  await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  slow.end(']')
  const [late] = (await once(slow, 'response')) as [IncomingMessage]
  expect([late.statusCode, late.headers.connection]).toEqual([200, 'close'])
  late.resume()
  await finished
  agent.destroy()
})

test('what does not come to an end in time is cut off', async () => {
  const { front, base } = await serveFront()
  const stuck = request(`${base}/api/echo`, { method: 'POST' })
  const cut = expect(once(stuck, 'response')).rejects.toMatchObject({ code: 'ECONNRESET' })
  stuck.write('[1')
  await once(front.server, 'request')
  front.shutdown.begin()
  await front.shutdown.finish(20)
  await cut
})
