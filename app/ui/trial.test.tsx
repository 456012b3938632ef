import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { throws } from './trial.ts'

const rendered = vi.fn()
const log = vi.spyOn(console, 'error').mockImplementation(() => {})

function Sound({ data }: { readonly data: string }) {
  rendered(data)
  return <p>{data}</p>
}
function Broken({ data }: { readonly data: string }): never {
  rendered(data)
  throw new Error('the view is broken')
}

beforeEach(() => {
  rendered.mockClear()
  log.mockClear()
})

test('a view is rendered once for the same props, and again for others', () => {
  for (const data of ['one', 'one', 'two', 'one']) expect(throws(<Sound data={data} />)).toBe(false)
  expect(rendered.mock.calls).toEqual([['one'], ['two']])
})

test('views do not answer for each other', () => {
  expect(throws(<Sound data="of both" />)).toBe(false)
  expect(throws(<Broken data="of both" />)).toBe(true)
  expect(throws(<Sound data="of both" />)).toBe(false)
})

test('what threw is remembered, and logged once', () => {
  expect(throws(<Broken data="again" />)).toBe(true)
  rendered.mockClear()
  expect(throws(<Broken data="again" />)).toBe(true)
  expect(rendered).not.toHaveBeenCalled()
  expect(log).toHaveBeenCalledOnce()
})

test('after a minute a view is tried anew', () => {
  vi.useFakeTimers({ now: performance.now(), toFake: ['performance'] })
  onTestFinished(() => void vi.useRealTimers())
  throws(<Sound data="later" />)
  vi.advanceTimersByTime(60_001)
  throws(<Sound data="later" />)
  expect(rendered).toHaveBeenCalledTimes(2)
})

test('no more than so many outcomes of a view are kept', () => {
  throws(<Sound data="first" />)
  for (let n = 0; n < 10_000; n++) throws(<Sound data={`filling ${n}`} />)
  rendered.mockClear()
  throws(<Sound data="first" />)
  expect(rendered).toHaveBeenCalledOnce()
})
