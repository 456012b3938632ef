import { expect, test, vi } from 'vitest'
import { partyOf } from '#widgets/kit/party.ts'
import { lazySignal } from './lazy-signal.ts'

const rest = () => ({
  now: 1,
  secrets: {},
  party: partyOf('a test'),
  fetch: async () => new Response(),
  events: async () => ({ events: [], more: false }),
  gitLog: async () => [],
})

test('the signal is made when it is asked for, and a copy of the context has it too', () => {
  const { signal } = new AbortController()
  const made = vi.fn(() => signal)
  const context = lazySignal({ aborted: () => false, signal: made, outside: (answer) => answer }, rest())
  expect(made).not.toHaveBeenCalled()
  expect(context.signal).toBe(signal)
  expect({ ...context }.signal).toBe(signal)
  expect(context.now).toBe(1)
})
