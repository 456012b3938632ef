import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Bus, DeliveredMessage, Message, PublishAck, StoredMessage } from './bus.ts'

/** What a bus lies on: everything opened over one storage shares its messages. */
export interface BusStorage {
  open(options: { readonly ackWait: number }): Promise<Bus>
  end(): Promise<void>
}

/** The contract every adapter passes. */
export function describeBus(name: string, create: () => Promise<BusStorage>): void {
  describe(name, () => {
    let storage: BusStorage
    let bus: Bus
    let stop: AbortController
    const opened: Bus[] = []

    async function open(ackWait = 30_000): Promise<Bus> {
      const another = await storage.open({ ackWait })
      opened.push(another)
      return another
    }

    beforeEach(async () => {
      storage = await create()
      stop = new AbortController()
      bus = await open()
    })
    afterEach(async () => {
      stop.abort()
      for (const each of opened.splice(0)) await each.close()
      await storage.end()
    })

    test('carries topic, body and time, once acknowledged for good', async () => {
      const before = Date.now()
      expect(await bus.publish([message('a', 'ci.build.done')])).toEqual([{ duplicate: false }])
      const [delivery] = await receive(bus, 1)
      expect(delivery).toMatchObject({ topic: 'ci.build.done', deliveries: 1 })
      expect(text(delivery)).toBe('body of a')
      expect(delivery?.time).toBeGreaterThanOrEqual(before)
      expect(delivery?.time).toBeLessThanOrEqual(Date.now())
    })

    test('keeps the order and any text', async () => {
      const bodies = ['', '{"é":"☃𝄞"}', 'x'.repeat(200_000)]
      await bus.publish(bodies.map((body, index) => ({ topic: 'a', id: `${index}`, body })))
      const deliveries = await receive(bus, 3)
      expect(deliveries.map(text)).toEqual(bodies)
      const sequences = deliveries.map(({ sequence }) => sequence)
      expect(sequences).toEqual([...new Set(sequences)].sort((a, b) => a - b))
      expect(new Set(deliveries.map(({ stream }) => stream)).size).toBe(1)
    })

    test('stores one id once, also within one call and whatever the id looks like', async () => {
      const strange = { ...message('strange'), id: `\u0000\r\n☃${'long'.repeat(1000)}` }
      const first = await bus.publish([message('a'), message('a'), strange])
      expect(first.map(duplicate)).toEqual([false, true, false])
      expect((await bus.publish([strange, message('b')])).map(duplicate)).toEqual([true, false])
      expect(ids(await receive(bus, 3))).toEqual(['a', 'strange', 'b'])
    })

    test('tells what the message that has the id already holds, acknowledged or not', async () => {
      const other = { ...message('a'), body: 'another body' }
      expect((await bus.publish([message('a'), other])).map(storedBody)).toEqual([undefined, 'body of a'])
      const [first] = await receive(bus, 1)
      expect((await bus.publish([other])).map(storedBody)).toEqual(['body of a'])
      first?.ack()
      await expect.poll(() => bus.through()).toBeGreaterThanOrEqual(first?.time ?? Infinity)
      const second = await open()
      expect((await second.publish([other, message('b')])).map(storedBody)).toEqual(['body of a', undefined])
    })

    test('stores once what several publish at one time', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => bus.publish([message('a'), message('b')])),
      )
      expect(answers.flat().filter(({ duplicate }) => !duplicate)).toHaveLength(2)
    })

    test('publishing nothing is fine', async () => {
      expect(await bus.publish([])).toEqual([])
    })

    test('a batch is what has arrived, at most max', async () => {
      await bus.publish(numbered(5))
      const consumer = consume(bus, 3)
      const batches: string[][] = []
      while (batches.flat().length < 5) batches.push(ids(await next(consumer)))
      expect(batches.flat()).toEqual(['0', '1', '2', '3', '4'])
      for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(3)
    })

    test('a batch does not wait to fill', async () => {
      const consumer = consume(bus, 100)
      const batch = next(consumer)
      await bus.publish([message('a')])
      expect(ids(await batch)).toEqual(['a'])
    })

    test('a reader that asks for no more is sent no more', async () => {
      await bus.publish(numbered(20))
      const first = ids(await receive(bus, 5))
      const rest: string[] = []
      while (rest.length < 15) rest.push(...ids(await next(consume(bus, 100))))
      expect([...first, ...rest]).toEqual(numbered(20).map(({ id }) => id))
    })

    test('each message goes to one of all the readers', async () => {
      const seen: string[] = []
      const read = async (): Promise<void> => {
        for await (const batch of bus.consume({ max: 7, signal: stop.signal })) {
          for (const delivery of batch) delivery.ack()
          seen.push(...ids(batch))
        }
      }
      const readers = [read(), read(), read()]
      await bus.publish(numbered(200))
      await expect.poll(() => seen.length).toBe(200)
      stop.abort()
      await Promise.all(readers)
      expect(new Set(seen).size).toBe(200)
    })

    test('what is neither acknowledged nor worked at comes again', async () => {
      // Long beside the 50 ms below, for a busy machine may hold this process up.
      const hasty = await open(1500)
      await hasty.publish([message('worked at'), message('forgotten')])
      const consumer = consume(hasty, 2)
      const [workedAt] = await receiveFrom(consumer, 2)
      const working = setInterval(() => workedAt?.working(), 50)
      const again: DeliveredMessage[] = []
      while (again.length < 2) again.push(...(await next(consumer)))
      clearInterval(working)
      expect(ids(again)).toEqual(['forgotten', 'forgotten'])
      expect(again.map(({ deliveries }) => deliveries)).toEqual([2, 3])
    })

    test('an acknowledgement counts also after the message came again', async () => {
      const hasty = await open(300)
      await hasty.publish([message('a')])
      const consumer = consume(hasty, 1)
      const [first] = await next(consumer)
      await next(consumer)
      first?.ack()
      await expect.poll(() => hasty.through()).toBeGreaterThan(first?.time ?? Infinity)
    })

    test('what a reader leaves behind reaches the next process, what it acknowledged does not', async () => {
      const doomed = await open(300)
      await doomed.publish([message('left'), message('done')])
      const [, done] = await receiveFrom(consume(doomed, 2), 2)
      done?.ack()
      await doomed.close()
      const heir = await open(300)
      const [delivery] = await next(consume(heir, 10))
      expect(ids([delivery])).toEqual(['left'])
      expect(delivery?.deliveries).toBe(2)
    })

    test('through is never ahead of an unacknowledged message', async () => {
      const before = Date.now()
      expect(await bus.through()).toBeGreaterThanOrEqual(before)
      await bus.publish([message('a')])
      await bus.publish([message('b')])
      const [a, b] = await receive(bus, 2)
      expect(await bus.through()).toBeLessThan(a?.time ?? 0)
      b?.ack()
      await bus.publish([message('c')])
      expect(await bus.through()).toBeLessThan(a?.time ?? 0)
      a?.ack()
      const [c] = await receive(bus, 1)
      expect(ids([c])).toEqual(['c'])
      await expect.poll(() => bus.through()).toBe((c?.time ?? 0) - 1)
      const later = Date.now()
      c?.ack()
      await expect.poll(() => bus.through()).toBeGreaterThanOrEqual(later)
    })

    test('what is put aside comes no more and holds nothing up', async () => {
      const hasty = await open(300)
      await hasty.publish([message('bad'), message('good')])
      const consumer = consume(hasty, 2)
      const [bad, good] = await receiveFrom(consumer, 2)
      await bad?.deadLetter('it does not parse:\r\n☃')
      expect(ids(await next(consumer))).toEqual(['good'])
      good?.ack()
      await expect.poll(() => hasty.through()).toBeGreaterThan(good?.time ?? Infinity)
    })

    test('what was put aside is listed with its reason, newest first, shown, put back and dropped', async () => {
      const put = Array.from({ length: 4 }, (_, n) => message(`${n}`, `a.t${n}`))
      await bus.publish(put)
      for (const delivery of await receive(bus, 4)) await delivery.deadLetter(`bad ${text(delivery)}`)
      const all = await bus.dead.list({ limit: 10 })
      expect(all.map(({ topic }) => topic)).toEqual(['a.t3', 'a.t2', 'a.t1', 'a.t0'])
      expect(all.map(({ reason }) => reason)[0]).toBe('bad body of 3')
      expect(new TextDecoder().decode(all[0]?.body)).toBe('body of 3')
      expect(Math.abs(Date.now() - (all[0]?.time ?? 0))).toBeLessThan(60_000)
      const [three, two, one] = all.map(({ id }) => id)
      expect((await bus.dead.list({ limit: 1, before: two })).map(({ id }) => id)).toEqual([one])
      expect(await bus.dead.get(two ?? '')).toEqual(all[1])

      expect(await bus.dead.drop(three ?? '')).toBe(true)
      expect(await bus.dead.drop(three ?? '')).toBe(false)
      expect(await bus.dead.replay(two ?? '')).toBe(true)
      expect(await bus.dead.replay(two ?? '')).toBe(false)
      const [again] = await receive(bus, 1)
      expect([again?.topic, text(again), again?.deliveries]).toEqual(['a.t2', 'body of 2', 1])
      again?.ack()
      expect((await bus.dead.list({ limit: 10 })).map(({ topic }) => topic)).toEqual(['a.t1', 'a.t0'])
      for (const none of ['', '0', 'x', '99999', '-1', '1e3', two ?? '']) {
        expect(await bus.dead.get(none)).toBeUndefined()
        expect(await bus.dead.replay(none)).toBe(false)
      }
    })

    test('replays everything since a time once, acknowledged or not, and ends', async () => {
      await bus.publish([message('early')])
      const [early] = await receive(bus, 1)
      early?.ack()
      await expect.poll(() => Date.now()).toBeGreaterThan(early?.time ?? Infinity)
      await bus.publish(numbered(700))
      const [first] = await receive(bus, 1)
      first?.ack()
      const replayed = await replay(bus, first?.time ?? 0)
      expect(replayed.map(({ body }) => idOf(body))).toEqual(numbered(700).map(({ id }) => id))
      expect(replayed[0]).toMatchObject({
        topic: 'a.b',
        sequence: first?.sequence,
        stream: first?.stream,
        time: first?.time,
      })
      const since = await replay(bus, early?.time ?? 0)
      expect(since).toHaveLength(701)
      expect(await replay(bus, Date.now() + 1000)).toEqual([])
    })

    test('replaying takes nothing from readers', async () => {
      await bus.publish(numbered(3))
      await replay(bus, 0)
      expect(ids(await receive(bus, 3))).toEqual(['0', '1', '2'])
    })

    test('a reader ends, without error, when told to stop', async () => {
      const consumer = consume(bus, 1)
      const waiting = consumer.next()
      stop.abort()
      expect(await waiting).toEqual({ done: true, value: undefined })
      expect(await consume(bus, 1).next()).toEqual({ done: true, value: undefined })
    })

    test('a reader ends when its bus is closed', async () => {
      const waiting = consume(bus, 1).next()
      await bus.close()
      expect(await waiting).toEqual({ done: true, value: undefined })
    })

    function consume(from: Bus, max: number): AsyncIterator<readonly DeliveredMessage[]> {
      return from.consume({ max, signal: stop.signal })[Symbol.asyncIterator]()
    }

    function receive(from: Bus, count: number): Promise<DeliveredMessage[]> {
      return receiveFrom(consume(from, count), count)
    }

    async function replay(from: Bus, time: number): Promise<StoredMessage[]> {
      const all: StoredMessage[] = []
      for await (const batch of from.replay(time, stop.signal)) all.push(...batch)
      return all
    }
  })
}

async function next(
  consumer: AsyncIterator<readonly DeliveredMessage[]>,
): Promise<readonly DeliveredMessage[]> {
  const result = await consumer.next()
  return result.done ? [] : result.value
}

/** The next `count` deliveries, in however many batches. */
async function receiveFrom(
  consumer: AsyncIterator<readonly DeliveredMessage[]>,
  count: number,
): Promise<DeliveredMessage[]> {
  const all: DeliveredMessage[] = []
  while (all.length < count) all.push(...(await next(consumer)))
  return all
}

function message(id: string, topic = 'a.b'): Message {
  return { topic, id, body: `body of ${id}` }
}

function numbered(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => message(String(index)))
}

const duplicate = (published: PublishAck): boolean => published.duplicate

const storedBody = (published: PublishAck): string | undefined =>
  published.duplicate ? new TextDecoder().decode(published.stored) : undefined

function text(delivery: StoredMessage | undefined): string {
  return new TextDecoder().decode(delivery?.body)
}

const idOf = (body: Uint8Array): string => new TextDecoder().decode(body).slice('body of '.length)

function ids(deliveries: readonly (StoredMessage | undefined)[]): string[] {
  return deliveries.map((delivery) => (delivery ? idOf(delivery.body) : 'nothing'))
}
