import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ToHolder, ToPage } from '../core/messages.ts'
import { firstToAnswer, loaded, type Transport } from './channel.ts'

/** A way whose fate the test decides. */
function way() {
  const made = {
    tried: 0,
    closed: 0,
    sent: [] as ToHolder[],
    speak: (_: ToPage) => {},
    fail: () => {},
    open: ((receive, failed) => {
      made.tried += 1
      made.speak = receive
      made.fail = failed
      return { send: (message) => void made.sent.push(message), close: () => void made.closed++ }
    }) as Transport,
  }
  return made
}

const who: ToPage = { kind: 'who' }
const knock: ToHolder = { kind: 'knock' }
const throws: Transport = () => {
  throw new Error('not here')
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('the first way that speaks is taken, and the next is not tried', async () => {
  const [first, second] = [way(), way()]
  const told: ToPage[] = []
  const channel = firstToAnswer([first.open, second.open])((message) => told.push(message))
  first.speak(who)
  await vi.advanceTimersByTimeAsync(5_000)
  channel.send(knock)
  expect(told).toEqual([who])
  expect(first.sent).toEqual([knock])
  expect(second.tried).toBe(0)
})

test('a way that throws, fails or stays silent is followed by the next', async () => {
  const [failing, silent, last] = [way(), way(), way()]
  const told: ToPage[] = []
  firstToAnswer([throws, failing.open, silent.open, last.open])((message) => told.push(message))
  expect(failing.tried).toBe(1)
  failing.fail()
  expect(silent.tried).toBe(1)
  expect(last.tried).toBe(0)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(last.tried).toBe(1)
  last.speak(who)
  expect(told).toEqual([who])
})

test('a way that speaks late takes the place of a later one', async () => {
  const [late, early] = [way(), way()]
  const told: ToPage[] = []
  const channel = firstToAnswer([late.open, early.open])((message) => told.push(message))
  await vi.advanceTimersByTimeAsync(1_000)
  early.speak(who)
  late.speak(who)
  early.speak({ kind: 'gone', page: 'x' })
  channel.send(knock)
  expect(early.closed).toBe(1)
  expect(late.sent).toEqual([knock])
  expect(told).toEqual([who, who])
})

test('when the way that spoke fails, the next is tried', () => {
  const [first, second] = [way(), way()]
  const told: ToPage[] = []
  firstToAnswer([first.open, second.open])((message) => told.push(message))
  first.speak(who)
  first.fail()
  second.speak(who)
  expect(told).toEqual([who, who])
})

test('closing closes all that was opened and tries no more', async () => {
  const [first, second] = [way(), way()]
  firstToAnswer([first.open, second.open])(() => {}).close()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(first.closed).toBe(1)
  expect(second.tried).toBe(0)
})

test('a way whose scripts cannot be loaded fails', async () => {
  const second = way()
  firstToAnswer([loaded(() => Promise.reject(new Error('away'))), second.open])(() => {})
  await vi.waitFor(() => expect(second.tried).toBe(1))
})

test('a way that is closed before its scripts are there is never opened', async () => {
  const first = way()
  let arrive = (_: Transport) => {}
  const channel = firstToAnswer([loaded(() => new Promise((resolve) => (arrive = resolve)))])(() => {})
  channel.close()
  arrive(first.open)
  await Promise.resolve()
  expect(first.tried).toBe(0)
})
