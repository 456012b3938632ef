import { describe, expect, test } from 'vitest'
import type { BusUnderTest } from './bus-under-test.ts'
import { duplicate, ids, message, storedBody, text } from './messages.ts'

/** What is on the bus, and once. */
export function describePublishing({ bus, open, receive }: BusUnderTest): void {
  describe('publish', () => {
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
  })
}
