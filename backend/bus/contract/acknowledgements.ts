import { describe, expect, test } from 'vitest'
import type { DeliveredMessage } from '../bus.ts'
import type { BusUnderTest } from './bus-under-test.ts'
import { ids, message, next, receiveFrom } from './messages.ts'

/** What nobody acknowledges comes again, and `through` waits for it. */
export function describeAcknowledgements({ bus, open, consume, receive }: BusUnderTest): void {
  describe('acknowledgements', () => {
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
  })
}
