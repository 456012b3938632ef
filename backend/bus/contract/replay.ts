import { describe, expect, test } from 'vitest'
import type { BusUnderTest } from './bus-under-test.ts'
import { idOf, ids, message, numbered } from './messages.ts'

/** Everything since a time, for triage after the cache lost its past. */
export function describeReplay({ bus, receive, replay }: BusUnderTest): void {
  describe('replay', () => {
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
  })
}
