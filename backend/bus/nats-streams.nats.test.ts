import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import { natsBus } from './nats-bus.ts'
import { log, openNats, text } from './nats-server.fixtures.ts'

test('the stream is bounded in bytes, also one that is there; what it discards unhandled is told before what follows', async () => {
  const server = await startNats()
  const first = natsBus({ url: server.url, log, maxBytes: 50_000_000 })
  await first.through()
  await first.close()
  const bus = natsBus({ url: server.url, log, maxBytes: 20_000 })
  const connection = await connect({ servers: server.url })
  const stop = new AbortController()
  onTestFinished(async () => {
    stop.abort()
    await bus.close()
    await connection.close()
    await server.stop()
  })
  await bus.through()
  const manager = await jetstreamManager(connection)
  expect((await manager.streams.info('HUBS')).config).toMatchObject({ max_bytes: 20_000, discard: 'old' })
  const body = 'x'.repeat(2_000)
  const publish = async (from: number, to: number) => {
    for (let n = from; n < to; n++) await bus.publish([{ topic: 'a', id: String(n), body }])
    const { state } = await manager.streams.info('HUBS')
    expect(state.bytes).toBeLessThanOrEqual(20_000)
    return state
  }
  /** In the order in which it comes: sequences, and as a negative number what is lost. */
  const inTurn: number[] = []
  const before = await publish(0, 30)
  const lost = async (messages: number) => void inTurn.push(-messages)
  const consuming = bus.consume({ max: 1, signal: stop.signal, lost })[Symbol.asyncIterator]()
  async function take(): Promise<number> {
    const { value } = await consuming.next()
    const [delivery] = value ?? []
    delivery?.ack()
    inTurn.push(delivery?.sequence ?? 0)
    return delivery?.sequence ?? 0
  }
  expect(await take()).toBe(before.first_seq)
  expect(inTurn).toEqual([1 - before.first_seq, before.first_seq])
  // Handled before they go: nothing is lost.
  while ((await take()) < 30);
  const handled = inTurn.length
  await publish(30, 33)
  while ((await take()) < 33);
  expect(inTurn.slice(handled)).toEqual([31, 32, 33])
  const after = await publish(33, 60)
  expect(await take()).toBe(after.first_seq)
  expect(inTurn.slice(handled + 3)).toEqual([34 - after.first_seq, after.first_seq])
})

test('installations with prefixes share a server, and nothing else', async () => {
  const server = await startNats()
  const buses = ['', 'acme', 'other'].map((prefix) => natsBus({ url: server.url, log, prefix, ackWait: 500 }))
  const connection = await connect({ servers: server.url })
  const stop = new AbortController()
  onTestFinished(async () => {
    stop.abort()
    for (const bus of buses) await bus.close()
    await connection.close()
    await server.stop()
  })
  for (const [index, bus] of buses.entries()) {
    await bus.through()
    expect(await bus.publish([{ topic: 'a.b', id: '1', body: `of ${index}` }])).toEqual([
      { duplicate: false },
    ])
  }
  connection.publish('acme.events.c.d', 'of others')
  for (const [index, bus] of buses.entries()) {
    const seen: string[] = []
    for await (const batch of bus.consume({ max: 10, signal: stop.signal })) {
      for (const delivery of batch) {
        seen.push(`${delivery.topic} ${text(delivery)}`)
        await delivery.deadLetter('bad')
      }
      if (seen.length === (index === 1 ? 2 : 1)) break
    }
    expect(seen).toEqual([`a.b of ${index}`, ...(index === 1 ? ['c.d of others'] : [])])
  }
  const manager = await jetstreamManager(connection)
  const counts: Record<string, number> = {}
  for await (const { config, state } of manager.streams.list()) counts[config.name] = state.messages
  expect(counts).toEqual({
    ...{ HUBS: 1, HUBS_DEAD: 1, acme_HUBS: 2, acme_HUBS_DEAD: 2, other_HUBS: 1, other_HUBS_DEAD: 1 },
  })
})

test('a stream of others that has our subjects is named as the reason', async () => {
  const server = await startNats()
  const connection = await connect({ servers: server.url })
  const manager = await jetstreamManager(connection)
  await manager.streams.add({ name: 'THEIRS', subjects: ['events.>'] })
  const bus = natsBus({ url: server.url, log })
  onTestFinished(async () => {
    await bus.close()
    await connection.close()
    await server.stop()
  })
  await expect(bus.through()).rejects.toMatchObject({
    code: 'bus-away',
    message: expect.stringMatching(/^Another stream on NATS has subjects that Hubs needs/),
  })
})

test('stream, dead letters and consumer are as other programs expect them', async () => {
  const { manager } = await openNats()
  expect((await manager.streams.info('HUBS')).config).toMatchObject({
    subjects: ['events.>'],
    retention: 'limits',
    storage: 'file',
    max_age: 7 * 86_400e9,
    duplicate_window: 86_400e9,
  })
  expect((await manager.streams.info('HUBS_DEAD')).config).toMatchObject({
    subjects: ['dead.>'],
    storage: 'file',
  })
  expect((await manager.consumers.info('HUBS', 'hubs-daemon')).config).toMatchObject({
    ack_policy: 'explicit',
    max_deliver: -1,
    max_ack_pending: 16_384,
  })
})

test('an operator’s own settings of the stream stay', async () => {
  const { server, manager } = await openNats()
  await manager.streams.update('HUBS', { max_msgs: 1e6, subjects: ['events.>', 'legacy.>'] })
  const other = natsBus({ url: server.url, log, maxAge: 86_400_000 })
  await other.through()
  await other.close()
  expect((await manager.streams.info('HUBS')).config).toMatchObject({
    max_msgs: 1e6,
    max_bytes: 2 * 1024 ** 3,
    subjects: ['events.>', 'legacy.>'],
    max_age: 86_400e9,
  })
})
