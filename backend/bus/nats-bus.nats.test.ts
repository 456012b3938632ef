import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect, headers } from '@nats-io/transport-node'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import { decodeDelivery } from '../ingest/delivery.ts'
import type { Bus, DeliveredMessage, Message, StoredMessage } from './bus.ts'
import { describeBus } from './contract.ts'
import { natsBus } from './nats-bus.ts'

const log = pino({ level: 'silent' })
/** Milliseconds of silence after which a pull is taken to be dead, and a little. */
const LONGER_THAN_SILENCE = 6_500

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

async function setting({ ackWait = 500 } = {}) {
  const server = await startNats()
  const bus = natsBus({ url: server.url, log, ackWait })
  await bus.through()
  const stop = new AbortController()
  const connection = await connect({ servers: server.url, reconnectTimeWait: 50, maxReconnectAttempts: -1 })
  const manager = await jetstreamManager(connection)
  onTestFinished(async () => {
    stop.abort()
    await bus.close()
    await connection.close()
    await server.stop()
  })
  const read = (max = 100) => bus.consume({ max, signal: stop.signal })[Symbol.asyncIterator]()
  return { server, bus, stop, connection, manager, read }
}

const numbered = (count: number, prefix = '') =>
  Array.from({ length: count }, (_, index) => ({
    topic: 'a.b',
    id: `${prefix}${index}`,
    body: `${prefix}${index}`,
  }))

const text = (delivery: StoredMessage) => new TextDecoder().decode(delivery.body)

/** Publishes until the bus takes it, as a publisher with a spool does. */
async function publishInTheEnd(bus: Bus, messages: readonly Message[]): Promise<void> {
  await expect
    .poll(
      () =>
        bus.publish(messages).then(
          () => true,
          (error) => error.code,
        ),
      { timeout: 60_000 },
    )
    .toBe(true)
}

test('a message whose first one is no more on the stream is stored, not taken for its double', async () => {
  const { bus, manager, read } = await setting()
  const [message] = numbered(1)
  if (!message) throw new Error('There is none.')
  await bus.publish([message])
  await manager.streams.purge('HUBS')
  expect(await bus.publish([message])).toEqual([{ duplicate: false }])
  const { value } = await read().next()
  expect(value?.map(text)).toEqual([message.body])
})

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
  /** In the order in which it is told: sequences, and as a negative number what is lost. */
  const told: number[] = []
  const before = await publish(0, 30)
  const lost = async (messages: number) => void told.push(-messages)
  const consuming = bus.consume({ max: 1, signal: stop.signal, lost })[Symbol.asyncIterator]()
  async function take(): Promise<number> {
    const { value } = await consuming.next()
    const [delivery] = value ?? []
    delivery?.ack()
    told.push(delivery?.sequence ?? 0)
    return delivery?.sequence ?? 0
  }
  expect(await take()).toBe(before.first_seq)
  expect(told).toEqual([1 - before.first_seq, before.first_seq])
  // Handled before they go: nothing is lost.
  while ((await take()) < 30);
  const handled = told.length
  await publish(30, 33)
  while ((await take()) < 33);
  expect(told.slice(handled)).toEqual([31, 32, 33])
  const after = await publish(33, 60)
  expect(await take()).toBe(after.first_seq)
  expect(told.slice(handled + 3)).toEqual([34 - after.first_seq, after.first_seq])
})

test('a batch has an end in bytes, and the rest follows', async () => {
  const server = await startNats()
  const warnings: unknown[] = []
  const told = { debug: () => {}, warn: (about: unknown) => void warnings.push(about) }
  const bus = natsBus({ url: server.url, log: told })
  const stop = new AbortController()
  onTestFinished(async () => {
    stop.abort()
    await bus.close()
    await server.stop()
  })
  await bus.through()
  const body = 'x'.repeat(250 * 1024)
  const large = Array.from({ length: 300 }, (_, id) => ({ topic: 'a', id: String(id), body }))
  for (let from = 0; from < 300; from += 50) await bus.publish(large.slice(from, from + 50))
  const connection = await connect({ servers: server.url })
  onTestFinished(() => connection.close())
  const manager = await jetstreamManager(connection)
  const given = async () => {
    // What was sent to us before the answer has arrived.
    await bus.through()
    return (await manager.consumers.info('HUBS', 'hubs-daemon')).delivered.stream_seq
  }
  let seen = 0
  for await (const batch of bus.consume({ max: 1_000, signal: stop.signal })) {
    if (seen === 0) {
      await expect.poll(given).toBeGreaterThan(200)
      for (let look = 0; look < 20; look++) expect(await given()).toBeLessThan(270)
    }
    for (const delivery of batch) delivery.ack()
    seen += batch.length
    if (seen === 300) break
  }
  expect(warnings).toEqual([])
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
  const { manager } = await setting()
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
  const { server, manager } = await setting()
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

test('messages that other programs publish arrive the same way', async () => {
  const { connection, read } = await setting()
  connection.publish('events.deploy.prod.web', '{"version":"1.4"}')
  const { value } = await read().next()
  expect(value?.map((delivery: DeliveredMessage) => [delivery.topic, text(delivery)])).toEqual([
    ['deploy.prod.web', '{"version":"1.4"}'],
  ])
})

test('headers come with a message, and go with it to the dead letters', async () => {
  const { connection, manager, read } = await setting()
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

test('nothing is pulled while its reader rests', async () => {
  const { bus, manager, read } = await setting()
  const slow = read(10)
  await bus.publish(numbered(5))
  await slow.next()
  await bus.publish(numbered(50, 'later '))
  const { num_ack_pending, num_pending } = await manager.consumers.info('HUBS', 'hubs-daemon')
  // The one request it made may bring ten, if the server had not ended it before more came.
  expect(num_ack_pending).toBeLessThanOrEqual(10)
  expect(num_ack_pending + num_pending).toBe(55)
})

test('a killed server loses nothing that was acknowledged, and brings no more than that', {
  timeout: 240_000,
}, async () => {
  const { server, bus, stop } = await setting()
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
  const { server, bus, read } = await setting()
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
  const { server, bus } = await setting()
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

test('a stream deleted and made anew goes on, under another name', async () => {
  const { bus, manager, read } = await setting()
  const reader = read()
  await bus.publish(numbered(1))
  const { value: before } = await reader.next()
  const waiting = reader.next()
  await manager.streams.delete('HUBS')
  await publishInTheEnd(bus, numbered(1, 'anew '))
  const { value: after } = await waiting
  expect(after?.map(text)).toEqual(['anew 0'])
  expect(after?.[0]?.sequence).toBe(1)
  expect(after?.[0]?.stream).not.toBe(before?.[0]?.stream)
})

test('a stream deleted under load is made anew whole, once its files are gone and every pull of it has ended', {
  timeout: 120_000,
}, async () => {
  const { server, bus, manager, stop } = await setting({ ackWait: 30_000 })
  const other = natsBus({ url: server.url, log, ackWait: 30_000 })
  const seen = new Map<string, string[]>()
  async function consume(from: Bus): Promise<void> {
    for await (const batch of from.consume({ max: 100, signal: stop.signal })) {
      for (const delivery of batch) {
        seen.set(delivery.stream, [...(seen.get(delivery.stream) ?? []), text(delivery)])
        delivery.ack()
      }
    }
  }
  await other.through()
  const consuming = [consume(bus), consume(other)]
  for (let batch = 0; batch < 5; batch++) await bus.publish(numbered(1000, `before ${batch}/`))
  // Each who publishes meets the absence at once.
  const refused = Promise.all(
    [bus, other].map(async (from) => {
      for (let batch = 0; ; batch++) {
        const code = await from.publish(numbered(20, `${batch}/`)).then(
          () => '',
          (error) => error.code,
        )
        if (code) return code
      }
    }),
  )
  const deletedAt = performance.now()
  await manager.streams.delete('HUBS')
  expect(await refused).toEqual(['bus-away', 'bus-away'])
  await publishInTheEnd(bus, numbered(1, 'first '))
  expect(performance.now() - deletedAt).toBeGreaterThan(LONGER_THAN_SILENCE - 1_000)
  const published = numbered(300, 'after ')
  await publishInTheEnd(bus, published)
  const all = ['first 0', ...published.map(({ id }) => id)].sort()
  const { created } = await manager.streams.info('HUBS')
  const name = `HUBS-${Date.parse(created).toString(36)}`
  await expect.poll(() => seen.get(name)?.toSorted(), { timeout: 30_000 }).toEqual(all)
  // What the server has lost it would not find again.
  await server.kill()
  await server.restart()
  stop.abort()
  await Promise.all(consuming)
  const again = natsBus({ url: server.url, log })
  const kept: string[] = []
  for await (const batch of again.replay(0, new AbortController().signal)) kept.push(...batch.map(text))
  expect(kept.toSorted()).toEqual(all)
  await Promise.all([other.close(), again.close()])
})

test('an acknowledgement of a stream that is gone is none of the message that has its place now', {
  timeout: 60_000,
}, async () => {
  const { bus, manager, read } = await setting({ ackWait: 60_000 })
  const reader = read()
  await bus.publish(numbered(1))
  const old = (await reader.next()).value?.[0]
  const waiting = reader.next()
  await manager.streams.delete('HUBS')
  await publishInTheEnd(bus, numbered(1, 'anew '))
  const anew = (await waiting).value?.[0]
  expect([old?.sequence, anew?.sequence]).toEqual([1, 1])
  old?.working()
  old?.ack()
  // Told behind it, so that it has been told when this counts.
  await bus.publish(numbered(1, 'behind '))
  ;(await reader.next()).value?.[0]?.ack()
  const place = () => manager.consumers.info('HUBS', 'hubs-daemon')
  await expect.poll(async () => (await place()).delivered.stream_seq).toBe(2)
  await expect.poll(async () => (await place()).num_ack_pending).toBe(1)
  expect((await place()).ack_floor.stream_seq).toBe(0)
  anew?.ack()
  await expect.poll(async () => (await place()).ack_floor.stream_seq).toBe(2)
})

test('a consumer that stands behind the end of its stream is made anew', { timeout: 120_000 }, async () => {
  const { server, bus, manager, stop } = await setting({ ackWait: 1_000 })
  const seen = new Set<string>()
  async function consume(from: Bus, signal: AbortSignal): Promise<void> {
    for await (const batch of from.consume({ max: 100, signal })) {
      for (const delivery of batch) {
        seen.add(text(delivery))
        delivery.ack()
      }
    }
  }
  const consuming = consume(bus, stop.signal)
  async function allSeen(ids: readonly string[]): Promise<void> {
    await expect.poll(() => ids.filter((id) => !seen.has(id)), { timeout: 30_000 }).toEqual([])
  }
  const place = () => manager.consumers.info('HUBS', 'hubs-daemon').catch(() => undefined)
  await bus.publish(numbered(3, 'old '))
  await server.keep()
  const lost = numbered(20, 'lost ')
  await publishInTheEnd(bus, lost)
  await allSeen(lost.map(({ id }) => id))
  // The server writes down some time after what was acknowledged: what a killed one did not comes again.
  for (let written: number | undefined; written !== 23; ) {
    await expect.poll(async () => (await place())?.ack_floor.stream_seq, { timeout: 30_000 }).toBe(23)
    await server.restart()
    await expect.poll(place, { timeout: 30_000 }).toBeDefined()
    written = (await place())?.ack_floor.stream_seq
  }
  stop.abort()
  await consuming
  await bus.close()
  // As after a crash of the machine that kept more of the consumer than of the stream.
  await server.revert({ except: 'obs' })
  await expect.poll(place, { timeout: 30_000 }).toMatchObject({ delivered: { stream_seq: 23 } })
  expect((await manager.streams.info('HUBS')).state.last_seq).toBe(3)

  const later = natsBus({ url: server.url, log })
  const end = new AbortController()
  const reading = consume(later, end.signal)
  const anew = numbered(5, 'anew ')
  await publishInTheEnd(later, anew)
  await allSeen(anew.map(({ id }) => id))
  end.abort()
  await reading
  await later.close()
})

test('what was deleted on the server is made again by whoever meets its absence first', async () => {
  const { bus, manager } = await setting()
  await manager.streams.delete('HUBS')
  await publishInTheEnd(bus, numbered(2))
  await manager.consumers.delete('HUBS', 'hubs-daemon')
  const [first] =
    (await bus.replay(0, new AbortController().signal)[Symbol.asyncIterator]().next()).value ?? []
  expect(await bus.through()).toBeLessThan(first?.time ?? 0)
})

test('a deleted consumer is made again', async () => {
  const { bus, manager, read } = await setting()
  const waiting = read().next()
  await manager.consumers.delete('HUBS', 'hubs-daemon')
  await bus.publish(numbered(1))
  expect((await waiting).value?.map(text)).toEqual(['0'])
})

test('a dead letter lies in its own stream, once, with its reason and place', async () => {
  const { bus, manager, read } = await setting()
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
  const { server, bus, manager, read } = await setting()
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
  const { bus, read } = await setting({ ackWait: 30_000 })
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

test('what arrives while this process is held up is not left to come again', async () => {
  const { server, manager, read } = await setting({ ackWait: 30_000 })
  const waiting = read().next()
  await expect.poll(async () => (await manager.consumers.info('HUBS', 'hubs-daemon')).num_waiting).toBe(1)
  const program = `
    const { connect } = await import('@nats-io/transport-node')
    const connection = await connect({ servers: '${server.url}' })
    process.stdout.write('connected')
    await new Promise((resolve) => setTimeout(resolve, 1000))
    connection.publish('events.a.b', '"meanwhile"')
    await connection.flush()
    await connection.close()
  `
  const publisher = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(publisher, 'exit')
  await once(publisher.stdout, 'data')
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGER_THAN_SILENCE)
  const [delivery] = (await waiting).value as DeliveredMessage[]
  expect(delivery && text(delivery)).toBe('"meanwhile"')
  expect(delivery?.deliveries).toBe(1)
  await ended
})

test('a replay waits for its reader', async () => {
  const { bus, stop } = await setting()
  await bus.publish(numbered(1200))
  const seen: string[] = []
  for await (const batch of bus.replay(0, stop.signal)) {
    // As slow as a cache that was just emptied.
    if (seen.length === 0) await delay(LONGER_THAN_SILENCE)
    seen.push(...batch.map(text))
  }
  expect(seen).toEqual(numbered(1200).map(({ id }) => id))
})

test('what is acknowledged while the server is away is told once it is back', async () => {
  const { server, bus, manager, read } = await setting({ ackWait: 60_000 })
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

test('what has arrived and was not read in the end is given back at once', async () => {
  const { bus, server, stop, read } = await setting({ ackWait: 60_000 })
  const all = 2_000
  await bus.publish(numbered(all).map((message) => ({ ...message, body: message.id.padEnd(500) })))
  const reader = read(all)
  const first = (await reader.next()).value as DeliveredMessage[]
  // More than one read of the socket holds.
  expect(first.length).toBeLessThan(all)
  await reader.return?.()
  stop.abort()
  const other = natsBus({ url: server.url, log, ackWait: 60_000 })
  const until = new AbortController()
  let count = 0
  for await (const batch of other.consume({ max: all, signal: until.signal })) {
    for (const delivery of batch) delivery.ack()
    count += batch.length
    if (count >= all - first.length) until.abort()
  }
  expect(count).toBe(all - first.length)
  await other.close()
})

test('closing ends although the server hangs', async () => {
  const { server, bus } = await setting()
  server.pause()
  await bus.close()
  server.resume()
})
