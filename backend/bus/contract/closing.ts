import { describe, expect, test } from 'vitest'
import type { BusUnderTest } from './bus-under-test.ts'

/** What ends consumers. */
export function describeClosing({ bus, stop, consume }: BusUnderTest): void {
  describe('the end', () => {
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
  })
}
