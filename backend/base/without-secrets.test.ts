import { expect, test } from 'vitest'
import { withoutSecrets } from './without-secrets.ts'

test.each([
  ['a'.repeat(400_000)],
  [`query failed\nparams: ${'a'.repeat(400_000)}`],
  ['a://'.repeat(100_000)],
  ['://'.repeat(130_000)],
  ['a.'.repeat(200_000)],
  ['a@:/?#'.repeat(70_000)],
])('a long text is read once and cut (%#)', (text) => {
  expect(withoutSecrets(text).length).toBeLessThan(6_000)
})

test('parameters go to their end, whatever they look like', () => {
  const text = withoutSecrets(`Failed query: insert\nparams: ${'a'.repeat(100_000)}\n    at one (two)\nthree`)
  expect(text).toBe('Failed query: insert\nparams: …')
})

test('of an address that is cut nothing is shown that may be a password', () => {
  const text = withoutSecrets(`${'x '.repeat(1_990)}postgres://hubs:${'secret'.repeat(1_000)}@db/hubs`)
  expect(text).toMatch(/postgres:\/\/…$/)
})

test('a scheme of any length is one', () => {
  expect(withoutSecrets(`${'a'.repeat(50)}://hubs:one@db`)).toBe(`${'a'.repeat(50)}://…@db`)
})
