import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { expect, onTestFinished, test } from 'vitest'
import { startNats } from '#testing/servers/nats.ts'
import type { DeliveredMessage } from './bus.ts'
import { natsBus } from './nats-bus.ts'
import { LONGER_THAN_SILENCE, log, numbered, openNats, text } from './nats-server.fixtures.ts'

test('a batch has an end in bytes, and the rest follows', async () => {
  const server = await startNats()
  const warnings: unknown[] = []
  const counting = { debug: () => {}, warn: (about: unknown) => void warnings.push(about) }
  const bus = natsBus({ url: server.url, log: counting })
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

test('nothing is pulled while its reader rests', async () => {
  const { bus, manager, read } = await openNats()
  const slow = read(10)
  await bus.publish(numbered(5))
  await slow.next()
  await bus.publish(numbered(50, 'later '))
  const { num_ack_pending, num_pending } = await manager.consumers.info('HUBS', 'hubs-daemon')
  // The one request it made may bring ten, if the server had not ended it before more came.
  expect(num_ack_pending).toBeLessThanOrEqual(10)
  expect(num_ack_pending + num_pending).toBe(55)
})

test('what arrives while this process is held up is not left to come again', async () => {
  const { server, manager, read } = await openNats({ ackWait: 30_000 })
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
  const { bus, stop } = await openNats()
  await bus.publish(numbered(1200))
  const seen: string[] = []
  for await (const batch of bus.replay(0, stop.signal)) {
    // As slow as a cache that was just emptied.
    if (seen.length === 0) await delay(LONGER_THAN_SILENCE)
    seen.push(...batch.map(text))
  }
  expect(seen).toEqual(numbered(1200).map(({ id }) => id))
})

test('what has arrived and was not read in the end is given back at once', async () => {
  const { bus, server, stop, read } = await openNats({ ackWait: 60_000 })
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
