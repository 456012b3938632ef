import { expect, onTestFinished, test } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import type { DeliveredMessage } from './bus.ts'
import { natsBus } from './nats-bus.ts'
import { log, numbered, openNats, publishInTheEnd, text } from './nats-server.fixtures.ts'

test('a killed server loses nothing that was acknowledged, and brings no more than that', {
  timeout: 240_000,
}, async () => {
  const { server, bus, stop } = await openNats()
  const seen = new Map<string, number>()
  const reading = (async () => {
    for await (const batch of bus.consume({ max: 100, signal: stop.signal })) {
      for (const delivery of batch) {
        // Every tenth is forgotten the first time, as by a process that ends.
        if (delivery.deliveries > 1 || delivery.sequence % 10 !== 0) delivery.ack()
        seen.set(text(delivery), (seen.get(text(delivery)) ?? 0) + 1)
      }
    }
  })()
  const published: string[] = []
  for (let round = 0; round < 3; round++) {
    for (let batch = 0; batch < 20; batch++) {
      const messages = numbered(50, `${round}/${batch}/`)
      const sent = publishInTheEnd(bus, messages)
      if (batch === 10) {
        await server.kill()
        await server.restart()
      }
      await sent
      published.push(...messages.map(({ id }) => id))
    }
  }
  await expect.poll(() => seen.size, { timeout: 60_000 }).toBe(published.length)
  const before = Date.now()
  await expect.poll(() => bus.through().catch(() => 0), { timeout: 60_000 }).toBeGreaterThanOrEqual(before)
  stop.abort()
  await reading
  expect([...seen.keys()].sort()).toEqual(published.sort())
})

test('while the server is away every verb says so at once, and the bus comes back by itself', async () => {
  const { server, bus, read } = await openNats()
  const reader = read()
  const waiting = reader.next()
  await server.kill()
  await expect.poll(() => bus.through().catch((error) => error.code)).toBe('bus-away')
  await expect(bus.publish(numbered(1))).rejects.toMatchObject({ code: 'bus-away' })
  await expect(
    bus.replay(0, new AbortController().signal)[Symbol.asyncIterator]().next(),
  ).rejects.toMatchObject({
    code: 'bus-away',
  })
  await server.restart()
  await publishInTheEnd(bus, numbered(1))
  expect((await waiting).value?.map(text)).toEqual(['0'])
})

test('a publish under way when the server goes is told that it is away', async () => {
  const { server, bus } = await openNats()
  server.pause()
  const publishing = expect(bus.publish(numbered(1))).rejects.toMatchObject({ code: 'bus-away' })
  await server.kill()
  await publishing
})

test('a bus may start before its server', async () => {
  const server = await startNats()
  await server.kill()
  const bus = natsBus({ url: server.url, log })
  const stop = new AbortController()
  onTestFinished(async () => {
    stop.abort()
    await bus.close()
    await server.stop()
  })
  await expect(bus.through()).rejects.toMatchObject({ code: 'bus-away', message: 'NATS cannot be reached.' })
  const waiting = bus.consume({ max: 1, signal: stop.signal })[Symbol.asyncIterator]().next()
  await server.restart()
  await publishInTheEnd(bus, numbered(1))
  expect((await waiting).value?.map(text)).toEqual(['0'])
})

test.each([
  [
    'that wants a password',
    { password: 'secret' },
    'NATS refuses who we say we are, or wants to know: check NATS_URL, NATS_CREDS and NATS_NKEY.',
  ],
  ['without JetStream', { jetstream: false }, 'NATS runs without JetStream: start it with -js.'],
])('a server %s is told by name', async (_, options, message) => {
  const server = await startNats(options)
  const bus = natsBus({ url: server.url, log })
  onTestFinished(async () => {
    await bus.close()
    await server.stop()
  })
  await expect(bus.through()).rejects.toMatchObject({ code: 'bus-away', message })
})

test('what is acknowledged while the server is away is told once it is back', async () => {
  const { server, bus, manager, read } = await openNats({ ackWait: 60_000 })
  await bus.publish(numbered(1))
  const [delivery] = (await read().next()).value as DeliveredMessage[]
  await server.kill()
  await expect.poll(() => bus.through().catch((error) => error.code)).toBe('bus-away')
  delivery?.ack()
  await server.restart()
  const pending = () =>
    manager.consumers.info('HUBS', 'hubs-daemon').then(({ num_ack_pending }) => num_ack_pending)
  await expect.poll(() => pending().catch(() => undefined)).toBe(0)
})

test('closing ends although the server hangs', async () => {
  const { server, bus } = await openNats()
  server.pause()
  await bus.close()
  server.resume()
})
