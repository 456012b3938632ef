import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openKeyChanges } from './key-changes.ts'

test('what a session has not taken is each key once, with its data if they changed since', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd')
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ note: key, withData: fc.boolean() }) },
    fc.record({ drop: key }),
  )
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const changes = openKeyChanges()
      const noted: { key: string; withData: boolean; place: number }[] = []
      for (const step of steps) {
        if ('drop' in step) {
          changes.drop(step.drop)
          noted.splice(0, noted.length, ...noted.filter(({ key }) => key !== step.drop))
        } else {
          changes.note(step.note, step.withData)
          noted.push({ key: step.note, withData: step.withData, place: changes.end })
        }
        for (let place = 0; place <= changes.end; place++) {
          const since = noted.filter((each) => each.place > place)
          const expected = new Map<string, boolean>()
          for (const { key, withData } of since) expected.set(key, withData || expected.get(key) === true)
          const told = changes.since(place)
          expect(new Map(told.map(({ key, withData }) => [key, withData]))).toEqual(expected)
          expect(told).toHaveLength(expected.size)
        }
      }
    }),
  )
})
