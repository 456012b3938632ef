import { expect, test } from 'vitest'
import type { Explanation } from '#contract/explanation.ts'
import { isRefusal } from '../base/refusal.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import { boundedExplain, type Explain } from './bounded-explain.ts'

const widget = (id: string) => ({ id }) as PlacedWidget
const client = (counted: string) => ({ address: counted, counted })
const refused = async (asked: ReturnType<Explain>) => {
  const told = await asked
  return isRefusal(told) ? told.refused : undefined
}

test('so many are made at a time, of each client and of all; asking for the same is not another', async () => {
  const waiting: (() => void)[] = []
  const explain = boundedExplain(
    ({ id }) => new Promise((resolve) => waiting.push(() => resolve({ id } as Explanation))),
  )
  const first = ['1', '2', '3', '4'].map((id) => explain(widget(id), client('a')))
  const same = explain(widget('1'), client('a'))
  await expect.poll(() => waiting.length).toBe(4)
  expect(await refused(explain(widget('5'), client('a')))).toBe('limited')
  const others = ['5', '6', '7', '8'].map((id) => explain(widget(id), client('b')))
  await expect.poll(() => waiting.length).toBe(8)
  expect(await refused(explain(widget('9'), client('c')))).toBe('full')

  for (const done of waiting.splice(0)) done()
  expect(JSON.stringify(await Promise.all([...first, same, ...others]))).toBe(
    JSON.stringify([...'123415678'].map((id) => ({ id }))),
  )
  const after = explain(widget('9'), client('c'))
  await expect.poll(() => waiting.length).toBe(1)
  waiting[0]?.()
  expect(await after).toEqual({ id: '9' })
})

test('a client asks so often, others as often as they like to', async () => {
  const explain = boundedExplain(async ({ id }) => ({ id }) as Explanation)
  for (let n = 0; n < 120; n++) expect(await refused(explain(widget('1'), client('a')))).toBeUndefined()
  expect(await refused(explain(widget('1'), client('a')))).toBe('limited')
  expect(await refused(explain(widget('1'), client('b')))).toBeUndefined()
})

test('one that fails gives its place back', async () => {
  const explain = boundedExplain(() => Promise.reject(new Error('no')))
  for (let n = 0; n < 20; n++) await expect(explain(widget('1'), client('a'))).rejects.toThrow('no')
})
