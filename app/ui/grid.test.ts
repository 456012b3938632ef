import fc from 'fast-check'
import { expect, test } from 'vitest'
import { arrange } from './grid.ts'

const at = (id: string, x: number, y: number, w: number, h: number) => ({ id, position: { x, y, w, h } })
const ids = (widgets: ReturnType<typeof arrange<ReturnType<typeof at>>>) =>
  widgets.map(({ widget }) => widget.id)

test('reading order is place on the page: row by row, left to right', () => {
  const arranged = arrange([at('last', 0, 9, 12, 1), at('right', 6, 0, 6, 2), at('left', 0, 0, 6, 2)])
  expect(ids(arranged)).toEqual(['left', 'right', 'last'])
})

test('a card falls up to the one above it, and order follows where it lands', () => {
  const arranged = arrange([at('a', 0, 0, 6, 6), at('b', 0, 6, 6, 2), at('c', 6, 7, 6, 2)])
  expect(ids(arranged)).toEqual(['a', 'c', 'b'])
  expect(arranged.map(({ place }) => /lg:row-start-\d+/.exec(place)?.[0])).toEqual([
    'lg:row-start-1',
    'lg:row-start-1',
    'lg:row-start-7',
  ])
})

test('places are classes, wide cards take both columns of a tablet', () => {
  const [wide, narrow] = arrange([at('wide', 0, 0, 7, 3), at('narrow', 7, 0, 5, 3)])
  expect(wide?.place.split(' ')).toEqual(
    expect.arrayContaining(['sm:col-span-2', 'sm:row-span-3', 'lg:col-start-1', 'lg:col-span-7']),
  )
  expect(narrow?.place).not.toContain('sm:col-span-2')
})

test('no two cards overlap and none is lost, whatever the positions', () => {
  const position = fc
    .record({ x: fc.nat(11), y: fc.nat(60), h: fc.integer({ min: 1, max: 20 }), wide: fc.nat(11) })
    .map(({ x, y, h, wide }) => ({ x, y, h, w: 1 + (wide % (12 - x)) }))
  fc.assert(
    fc.property(fc.array(position, { maxLength: 40 }), (positions) => {
      const taken = new Set<string>()
      const arranged = arrange(positions.map((each) => ({ position: each })))
      expect(arranged).toHaveLength(positions.length)
      for (const { widget, place } of arranged) {
        const row = Number(/lg:row-start-(\d+)/.exec(place)?.[1] ?? Number.NaN)
        if (Number.isNaN(row)) continue
        for (let y = row; y < row + widget.position.h; y++)
          for (let x = widget.position.x; x < widget.position.x + widget.position.w; x++) {
            expect(taken.has(`${x}:${y}`)).toBe(false)
            taken.add(`${x}:${y}`)
          }
      }
    }),
  )
})
