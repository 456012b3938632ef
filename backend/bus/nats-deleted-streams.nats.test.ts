import { expect, test } from 'vitest'
import type { Bus } from './bus.ts'
import { natsBus } from './nats-bus.ts'
import {
  LONGER_THAN_SILENCE,
  log,
  numbered,
  openNats,
  publishInTheEnd,
  text,
} from './nats-server.fixtures.ts'

test('a stream deleted and made anew goes on, under another name', async () => {
  const { bus, manager, read } = await openNats()
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
  const { server, bus, manager, stop } = await openNats({ ackWait: 30_000 })
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
  const { bus, manager, read } = await openNats({ ackWait: 60_000 })
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
  const consumer = () => manager.consumers.info('HUBS', 'hubs-daemon')
  await expect.poll(async () => (await consumer()).delivered.stream_seq).toBe(2)
  await expect.poll(async () => (await consumer()).num_ack_pending).toBe(1)
  expect((await consumer()).ack_floor.stream_seq).toBe(0)
  anew?.ack()
  await expect.poll(async () => (await consumer()).ack_floor.stream_seq).toBe(2)
})

test('a consumer that stands behind the end of its stream is made anew', { timeout: 120_000 }, async () => {
  const { server, bus, manager, stop } = await openNats({ ackWait: 1_000 })
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
  const consumer = () => manager.consumers.info('HUBS', 'hubs-daemon').catch(() => undefined)
  await bus.publish(numbered(3, 'old '))
  await server.keep()
  const lost = numbered(20, 'lost ')
  await publishInTheEnd(bus, lost)
  await allSeen(lost.map(({ id }) => id))
  // The server writes down some time after what was acknowledged: what a killed one did not comes again.
  for (let written: number | undefined; written !== 23; ) {
    await expect.poll(async () => (await consumer())?.ack_floor.stream_seq, { timeout: 30_000 }).toBe(23)
    await server.restart()
    await expect.poll(consumer, { timeout: 30_000 }).toBeDefined()
    written = (await consumer())?.ack_floor.stream_seq
  }
  stop.abort()
  await consuming
  await bus.close()
  // As after a crash of the machine that kept more of the consumer than of the stream.
  await server.revert({ except: 'obs' })
  await expect.poll(consumer, { timeout: 30_000 }).toMatchObject({ delivered: { stream_seq: 23 } })
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
  const { bus, manager } = await openNats()
  await manager.streams.delete('HUBS')
  await publishInTheEnd(bus, numbered(2))
  await manager.consumers.delete('HUBS', 'hubs-daemon')
  const [first] =
    (await bus.replay(0, new AbortController().signal)[Symbol.asyncIterator]().next()).value ?? []
  expect(await bus.through()).toBeLessThan(first?.time ?? 0)
})

test('a deleted consumer is made again', async () => {
  const { bus, manager, read } = await openNats()
  const waiting = read().next()
  await manager.consumers.delete('HUBS', 'hubs-daemon')
  await bus.publish(numbered(1))
  expect((await waiting).value?.map(text)).toEqual(['0'])
})
