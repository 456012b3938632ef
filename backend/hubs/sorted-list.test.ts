import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sortedList } from './sorted-list.ts'

interface Item {
  readonly name: number
}

test('whatever comes and goes, it reads as if sorted anew', () => {
  const step = fc.record({ name: fc.integer({ min: 0, max: 30 }), read: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 0, max: 30 }), (steps, bound) => {
      const there = new Map<number, Item>()
      const list = sortedList(
        () => there.values(),
        (a, b) => a.name - b.name,
      )
      const expected = () => [...there.values()].sort((a, b) => a.name - b.name)
      for (const { name, read } of steps) {
        const present = there.get(name)
        if (present) {
          there.delete(name)
          list.remove(present)
        } else {
          const item = { name }
          there.set(name, item)
          list.add(item)
        }
        if (read) expect(list.at(0, 100)).toEqual(expected())
      }
      expect(list.at(3, 4)).toEqual(expected().slice(3, 7))
      const place = list.placeAfter(({ name }) => name <= bound)
      expect(list.at(place, 100)).toEqual(expected().filter(({ name }) => name > bound))
    }),
  )
})
