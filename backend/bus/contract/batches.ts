import { describe, expect, test } from 'vitest'
import type { BusUnderTest } from './bus-under-test.ts'
import { ids, message, next, numbered } from './messages.ts'

/** A batch is what has arrived, for one of all consumers, as far as they ask. */
export function describeBatches({ bus, stop, consume, receive }: BusUnderTest): void {
  describe('batches', () => {
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
  })
}
