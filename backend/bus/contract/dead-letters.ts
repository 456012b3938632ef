import { describe, expect, test } from 'vitest'
import type { BusUnderTest } from './bus-under-test.ts'
import { ids, message, next, receiveFrom, text } from './messages.ts'

/** What was put aside, and what becomes of it. */
export function describeDeadLetters({ bus, open, consume, receive }: BusUnderTest): void {
  describe('dead letters', () => {
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
  })
}
