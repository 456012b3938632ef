import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Json } from '#widgets/define.ts'
import { canonicalJson } from './canonical-json.ts'

test('is one text however the fields are ordered, at any depth', () => {
  const one = { b: [{ y: 1, x: null }, 'é'], a: { d: -0, c: 1e21 } }
  const other = { a: { c: 1e21, d: 0 }, b: [{ x: null, y: 1 }, 'é'] }
  expect(canonicalJson(one)).toBe('{"a":{"c":1e+21,"d":0},"b":[{"x":null,"y":1},"é"]}')
  expect(canonicalJson(other)).toBe(canonicalJson(one))
})

test('leaves out what JSON has no word for', () => {
  // As an optional field parsed by zod.
  expect(canonicalJson({ a: undefined, b: 1 } as unknown as Json)).toBe('{"b":1}')
})

test('any JSON reads back as itself, and differs from all that is not equal', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
      const text = canonicalJson(one as Json)
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(one)))
      expect(canonicalJson(JSON.parse(text) as Json)).toBe(text)
      const same = canonicalJson(other as Json) === text
      expect(same).toBe(equal(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))))
    }),
  )
})

function equal(one: unknown, other: unknown): boolean {
  try {
    expect(one).toStrictEqual(other)
    return true
  } catch {
    return false
  }
}
