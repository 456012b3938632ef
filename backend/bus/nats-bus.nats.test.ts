import { headers } from '@nats-io/transport-node'
import { expect, test } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import { decodeDelivery } from '../ingest/delivery.ts'
import type { DeliveredMessage } from './bus.ts'
import { describeBus } from './contract.ts'
import { natsBus } from './nats-bus.ts'
import { log, numbered, openNats, text } from './nats-server.fixtures.ts'

describeBus('the bus on NATS', async () => {
  const server = await startNats()
  return {
    async open({ ackWait }) {
      const bus = natsBus({ url: server.url, log, ackWait })
      // The last to prepare the consumer sets its ack wait.
      await bus.through()
      return bus
    },
    end: () => server.stop(),
  }
})

test('a message whose first one is no more on the stream is stored, not taken for its double', async () => {
  const { bus, manager, read } = await openNats()
  const [message] = numbered(1)
  if (!message) throw new Error('There is none.')
  await bus.publish([message])
  await manager.streams.purge('HUBS')
  expect(await bus.publish([message])).toEqual([{ duplicate: false }])
  const { value } = await read().next()
  expect(value?.map(text)).toEqual([message.body])
})

test('messages that other programs publish arrive the same way', async () => {
  const { connection, read } = await openNats()
  connection.publish('events.deploy.prod.web', '{"version":"1.4"}')
  const { value } = await read().next()
  expect(value?.map((delivery: DeliveredMessage) => [delivery.topic, text(delivery)])).toEqual([
    ['deploy.prod.web', '{"version":"1.4"}'],
  ])
})

test('headers come with a message, and go with it to the dead letters', async () => {
  const { connection, manager, read } = await openNats()
  const attributes = headers()
  for (const [name, value] of [
    ['ce-specversion', '1.0'],
    ['ce-id', '7'],
    ['ce-source', '/ci'],
    ['ce-type', 'ci.done'],
  ] as const)
    attributes.set(name, value)
  connection.publish('events.ci.web', '{"n":1}', { headers: attributes })
  const { value } = await read().next()
  const [delivery] = (value ?? []) as DeliveredMessage[]
  if (!delivery) throw new Error('There is none.')
  expect(decodeDelivery(delivery)).toMatchObject({
    event: { id: '7', source: '/ci', type: 'ci.done', topic: 'ci.web', data: { n: 1 } },
  })
  await delivery.deadLetter('bad')
  const dead = await manager.streams.getMessage('HUBS_DEAD', { last_by_subj: 'dead.ci.web' })
  expect(dead?.header.get('ce-id')).toBe('7')
  expect(dead?.header.get('Hubs-Reason')).toBe('bad')
})

test('a dead letter lies in its own stream, once, with its reason and place', async () => {
  const { bus, manager, read } = await openNats()
  await bus.publish([{ topic: 'a.b', id: '1', body: 'not json' }])
  const [delivery] = (await read().next()).value as DeliveredMessage[]
  await delivery?.deadLetter('it does not parse:\r\nline 1')
  await delivery?.deadLetter('again')
  expect((await manager.streams.info('HUBS_DEAD')).state.messages).toBe(1)
  const dead = await manager.streams.getMessage('HUBS_DEAD', { seq: 1 })
  expect(dead?.subject).toBe('dead.a.b')
  expect(dead?.string()).toBe('not json')
  expect(dead?.header.get('Hubs-Reason')).toBe('it does not parse: line 1')
  expect(dead?.header.get('Hubs-Sequence')).toBe('1')
  await expect.poll(async () => (await manager.consumers.info('HUBS', 'hubs-daemon')).num_ack_pending).toBe(0)
})

test('a dead letter that cannot be put aside stays unacknowledged', async () => {
  const { server, bus, manager, read } = await openNats()
  await bus.publish(numbered(1))
  const reader = read()
  const [delivery] = (await reader.next()).value as DeliveredMessage[]
  await server.kill()
  await expect.poll(() => bus.through().catch((error) => error.code)).toBe('bus-away')
  await expect(delivery?.deadLetter('bad')).rejects.toMatchObject({ code: 'bus-away' })
  await server.restart()
  const [again] = (await reader.next()).value as DeliveredMessage[]
  expect(again?.deliveries).toBeGreaterThan(1)
  again?.ack()
  await expect
    .poll(
      async () =>
        (await manager.consumers.info('HUBS', 'hubs-daemon').catch(() => undefined))?.num_ack_pending,
    )
    .toBe(0)
})

test('through stays below an unacknowledged message while thousands behind it are acknowledged', async () => {
  const { bus, read } = await openNats({ ackWait: 30_000 })
  await bus.publish(numbered(1, 'first '))
  const reader = read(500)
  const [first] = (await reader.next()).value as DeliveredMessage[]
  for (let batch = 0; batch < 4; batch++) await bus.publish(numbered(500, `${batch}/`))
  for (let count = 0; count < 2000; ) {
    const batch = (await reader.next()).value as DeliveredMessage[]
    for (const delivery of batch) delivery.ack()
    count += batch.length
    expect(await bus.through()).toBeLessThan(first?.time ?? 0)
  }
  const before = Date.now()
  first?.ack()
  await expect.poll(() => bus.through()).toBeGreaterThanOrEqual(before)
})
