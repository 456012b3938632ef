import { expect, test } from 'vitest'
import type { Explanation } from '#contract/explanation.ts'
import type { PlacedWidget } from '../../hubs/placed.ts'
import { boundedExplain } from './explain.ts'

const widget = (id: string) => ({ id }) as PlacedWidget
const client = (counted: string) => ({ address: counted, counted })
const refusal = (asked: Promise<unknown>) =>
  asked.then(
    () => 200,
    (error: { problem: { status: number } }) => error.problem.status,
  )

test('so many are made at a time, of each client and of all; asking for the same is not another', async () => {
  const waiting: (() => void)[] = []
  const explain = boundedExplain(
    ({ id }) => new Promise((resolve) => waiting.push(() => resolve({ id } as Explanation))),
  )
  const first = ['1', '2', '3', '4'].map((id) => explain(widget(id), client('a')))
  const same = explain(widget('1'), client('a'))
  await expect.poll(() => waiting.length).toBe(4)
  expect(await refusal(explain(widget('5'), client('a')))).toBe(429)
  const others = ['5', '6', '7', '8'].map((id) => explain(widget(id), client('b')))
  await expect.poll(() => waiting.length).toBe(8)
  expect(await refusal(explain(widget('9'), client('c')))).toBe(503)

  for (const done of waiting.splice(0)) done()
  expect((await Promise.all([...first, same, ...others])).map(({ id }) => id).join('')).toBe('123415678')
  const after = explain(widget('9'), client('c'))
  await expect.poll(() => waiting.length).toBe(1)
  waiting[0]?.()
  expect(await after).toEqual({ id: '9' })
})

test('a client asks so often, others as often as they like to', async () => {
  const explain = boundedExplain(async ({ id }) => ({ id }) as Explanation)
  for (let n = 0; n < 120; n++) expect(await refusal(explain(widget('1'), client('a')))).toBe(200)
  expect(await refusal(explain(widget('1'), client('a')))).toBe(429)
  expect(await refusal(explain(widget('1'), client('b')))).toBe(200)
})

test('one that fails gives its place back', async () => {
  const explain = boundedExplain(() => Promise.reject(new Error('no')))
  for (let n = 0; n < 20; n++) await expect(explain(widget('1'), client('a'))).rejects.toThrow('no')
})
