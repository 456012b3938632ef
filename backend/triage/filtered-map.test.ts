import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { filteredMap, get, remove, set } from './filtered-map.ts'

const key = fc.oneof(
  fc.nat(400).map((n) => `service-${n}`),
  fc.nat(400).map((n) => `${'x'.repeat(200)}${n}`),
  fc.nat(20),
  fc.boolean(),
  fc.string({ unit: 'binary' }),
)
/** Runs of additions and removals, so that it grows, shrinks and grows again. */
const run = fc.record({ adds: fc.boolean(), keys: fc.array(key, { maxLength: 300, size: 'max' }) })
const runs = fc.array(run, { maxLength: 6, size: 'max' })

test('it holds what a map holds, whatever is added and removed', () => {
  let largest = 0
  fc.assert(
    fc.property(runs, (runs) => {
      const map = filteredMap<number>()
      const plain = new Map<unknown, number>()
      const all = new Set(runs.flatMap(({ keys }) => keys))
      for (const [n, { adds, keys }] of runs.entries()) {
        for (const key of keys) {
          if (adds) {
            set(map, key, n)
            plain.set(key, n)
          } else {
            remove(map, key)
            plain.delete(key)
          }
        }
        largest = Math.max(largest, plain.size)
        expect([...all].filter((key) => get(map, key) !== plain.get(key))).toEqual([])
      }
      expect(map.entries).toEqual(plain)
    }),
    { numRuns: 200 },
  )
  expect(largest).toBeGreaterThan(200)
})

test('one that shrank and grows again finds all it holds', () => {
  const map = filteredMap<number>()
  for (let round = 0; round < 50; round++) {
    for (let n = 0; n < 100; n++) set(map, `${round}-${n}`, n)
    for (let n = 0; n < 99; n++) remove(map, `${round}-${n}`)
  }
  for (let round = 0; round < 50; round++) expect(get(map, `${round}-99`)).toBe(99)
  expect(map.entries.size).toBe(50)
})

test('it is seldom asked for what it does not hold', () => {
  const map = filteredMap<number>()
  for (let n = 0; n < 10_000; n++) set(map, `service-${n}`, n)
  const asked = vi.spyOn(map.entries, 'get')
  for (let n = 0; n < 10_000; n++) expect(get(map, `nobody-${n}`)).toBeUndefined()
  expect(asked.mock.calls.length).toBeLessThan(300)
  for (let n = 0; n < 10_000; n++) expect(get(map, `service-${n}`)).toBe(n)
})
