import { expect, test } from 'vitest'
import { LoadFailure } from './define.ts'

test('of the message of a failure some hundred whole characters are kept', () => {
  expect(new LoadFailure('upstream', 'It is away.').message).toBe('It is away.')
  const { message } = new LoadFailure('upstream', '🙂'.repeat(100_000))
  expect(message).toBe(`${'🙂'.repeat(499)}…`)
})
