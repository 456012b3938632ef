import { expect, test } from 'vitest'
import type { Incoming } from './incoming.ts'
import { type KnownResult, mergeData, mergeState } from './known-result.ts'

function state(version: string, more: Partial<Incoming> = {}): Incoming {
  return { key: 'k', version, schema: 'notes@1', status: 'fresh', loadedAt: 1, checkedAt: 1, ...more }
}

const held = (version: string, data: string): KnownResult => mergeState(undefined, state(version, { data }))

test('a newer state takes the place of an older one, an older one changes nothing', () => {
  const five = held('1:5', 'five')
  expect(mergeState(five, state('1:6', { data: 'six' })).shown).toMatchObject({ version: '1:6', data: 'six' })
  expect(mergeState(five, state('1:4', { data: 'four' }))).toBe(five)
  expect(mergeState(five, state('1:5', { data: 'again' }))).toBe(five)
  expect(mergeState(five, state('0:9', { data: 'other epoch' }))).toBe(five)
})

test('a state without data keeps the data that is there', () => {
  const checked = mergeState(held('1:5', 'five'), state('1:6', { checkedAt: 7 })).shown
  expect(checked).toMatchObject({ version: '1:6', checkedAt: 7, data: 'five' })
})

test('members of the older state do not linger', () => {
  const error = { code: 'upstream', message: 'It is away.', reference: 'r' }
  const failed = mergeState(held('1:5', 'five'), state('1:6', { status: 'failed', error }))
  expect(failed.shown?.error).toEqual(error)
  expect(mergeState(failed, state('1:7')).shown).not.toHaveProperty('error')
})

test('a frame for a widget leaves neither its id nor the address of its data in the result', () => {
  const frame = { id: 'w', ...state('1:5', { data: 'five' }) }
  expect(mergeState(undefined, frame).shown).toEqual({
    ...state('1:5', { data: 'five' }),
    type: 'notes',
  })
})

test('a state whose data is elsewhere is not shown with the old data', () => {
  const awaiting = mergeState(held('1:5', 'five'), state('1:8', { href: '/api/v1/data/k/1/7?widget=w' }))
  expect(awaiting.shown).toMatchObject({ version: '1:5', data: 'five' })
  expect(awaiting.awaited).toMatchObject({ version: '1:7' })
  const there = mergeData(awaiting, { key: 'k', version: '1:7', data: 'seven' })
  expect(there).toEqual({ shown: { ...state('1:8', { data: 'seven' }), type: 'notes' } })
})

test('data too old for what is awaited is refused', () => {
  const awaiting = mergeState(held('1:5', 'five'), state('1:8', { href: '/api/v1/data/k/1/7?widget=w' }))
  expect(mergeData(awaiting, { key: 'k', version: '1:6', data: 'six' })).toBe(awaiting)
})

test('data stays awaited through later states without data', () => {
  const awaiting = mergeState(held('1:5', 'five'), state('1:7', { href: '/api/v1/data/k/1/7?widget=w' }))
  const later = mergeState(awaiting, state('1:8', { checkedAt: 9 }))
  expect(later.awaited).toMatchObject({ version: '1:7', state: { version: '1:8' } })
  const read = mergeState(later, state('1:7', { data: 'seven' }))
  expect(read).toEqual({ shown: { ...state('1:8', { checkedAt: 9, data: 'seven' }), type: 'notes' } })
})

test('a state older than the awaited one but newer than the shown one is shown meanwhile', () => {
  const awaiting = mergeState(held('1:5', 'five'), state('1:8', { href: '/api/v1/data/k/1/8?widget=w' }))
  const meanwhile = mergeState(awaiting, state('1:6', { data: 'six' }))
  expect(meanwhile.shown).toMatchObject({ version: '1:6', data: 'six' })
  expect(meanwhile.awaited).toBe(awaiting.awaited)
})

test('a state without data for a key of which nothing is held is awaited', () => {
  expect(mergeState(undefined, state('1:5'))).toMatchObject({ shown: undefined, awaited: { version: '1:5' } })
})

test('a result that was never loaded has no data to wait for', () => {
  const loading = state('1:5', { status: 'loading', loadedAt: null, checkedAt: null })
  expect(mergeState(undefined, loading)).toEqual({ shown: { ...loading, type: 'notes', data: null } })
})

test('when the server lost a result, the last good data stays with its age', () => {
  const lost = state('2:1', { status: 'loading', loadedAt: null, checkedAt: null })
  expect(mergeState(held('1:5', 'five'), lost).shown).toMatchObject({
    version: '2:1',
    status: 'refreshing',
    loadedAt: 1,
    data: 'five',
  })
})
