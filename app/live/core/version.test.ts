import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions, lowestCursor, newerCursor } from './version.ts'

const version = fc.tuple(fc.nat(3), fc.nat(12)).map(([epoch, offset]) => `${epoch}:${offset}`)

test('versions are ordered by epoch, then by offset as numbers', () => {
  expect(compareVersions('2:1', '1:900')).toBeGreaterThan(0)
  expect(compareVersions('1:9', '1:10')).toBeLessThan(0)
  expect(compareVersions('1:9', '1:9')).toBe(0)
})

test('what is not a version is older than every version', () => {
  for (const text of ['', 'x', '1', '1:', ':1', '1:2:3', '-1:2', '9999999999999999:1']) {
    expect(compareVersions(text, '0:0')).toBeLessThan(0)
    expect(compareVersions('0:0', text)).toBeGreaterThan(0)
    expect(compareVersions(text, text)).toBe(0)
  }
})

test('the order is total', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0)
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
    }),
  )
})

test('a cursor never moves back, and a union resumes from the lowest', () => {
  fc.assert(
    fc.property(fc.array(version, { minLength: 1 }), (cursors) => {
      const lowest = lowestCursor(cursors)
      for (const cursor of cursors) {
        expect(compareVersions(lowest, cursor)).toBeLessThanOrEqual(0)
        expect(compareVersions(newerCursor(lowest, cursor), cursor)).toBe(0)
      }
    }),
  )
})

test('a cursor that cannot be read is the lowest, so that the server answers with a manifest', () => {
  expect(lowestCursor(['3:4', 'gibberish', '1:1'])).toBe('gibberish')
})
