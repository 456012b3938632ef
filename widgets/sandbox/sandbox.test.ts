import { execFileSync, spawn } from 'node:child_process'
import { setMaxListeners } from 'node:events'
import { expect, test } from 'vitest'
import { LoadFailure } from '../define.ts'
import { readAnswer } from '../json/read-answer.ts'
import { partyOf } from '../kit/party.ts'
import { inSandbox } from './sandbox.ts'

/** By the evaluator's own reckoning, or the end of the process. */
const harm = expect.stringMatching(/^(refused|set-aside)$/)
const never = new AbortController().signal
// Many jobs at once listen to it.
setMaxListeners(0, never)
const asked = { party: partyOf('a test'), purpose: 'a test', tooMuch: 'Too much.', signal: never }

function pick(pick: string, text = '{"n":3}', signal = never) {
  return inSandbox('json', { text, host: 'a.example', pick, as: null }, { ...asked, signal })
}

const three = { as: 'number', value: 3 }
const endless = '($f := function() { $f() }; $f())'

test('answers as the function itself does', async () => {
  const input = { text: '{"a":[{"b":"x"},{"b":"y"}]}', host: 'a.example', pick: 'a.b', as: null }
  expect(await inSandbox('json', input, asked)).toEqual(await readAnswer(input))
  const refused = { ...input, pick: '[1..10000000]' }
  const failure = await readAnswer(refused).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(LoadFailure)
  await expect(inSandbox('json', refused, asked)).rejects.toEqual(failure)
})

test('many at once each get their own answer', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, (_, place) => pick(`n + ${place}`)))
  expect(answers).toEqual(answers.map((_, place) => ({ as: 'number', value: 3 + place })))
})

const brackets = '['.repeat(5 * 1024 * 1024)
const pairs = `${'['.repeat(2.5 * 1024 * 1024)}${']'.repeat(2.5 * 1024 * 1024)}`

test.each([
  ['an endless loop', endless],
  ['an endless recursion', '($f := function($n) { $n + $f($n + 1) }; $f(1))'],
  ['a huge range', '[1..10000000]'],
  ['a product of ranges', '$sum([1..99999].[1..99999])'],
  ['a text that doubles', '($f := function($s) { $f($s & $s) }; $f("x"))'],
  ['a text longer than memory', '$pad("x", 500000000)'],
  ['many of them', '[1..100].$pad("x", 50000000)'],
  ['memory beside the heap', '[1..100].$base64encode($pad("x", 20000000))'],
  ['a regular expression that backtracks for years', `$match("${'a'.repeat(60)}!", /^(a+)+$/)`],
])('%s is refused, and the next job is not hurt', async (_, expression) => {
  const [hostile, good] = await Promise.allSettled([pick(expression), pick('n')])
  expect(hostile).toMatchObject({
    status: 'rejected',
    reason: { code: harm },
  })
  expect(good).toEqual({ status: 'fulfilled', value: three })
})

test('five megabytes of brackets in one another are refused', async () => {
  await expect(pick('$', pairs)).rejects.toMatchObject({ code: harm })
})

test('five megabytes of open brackets are refused, or found to be no JSON before they do harm', async () => {
  await expect(pick('$', brackets)).rejects.toMatchObject({
    code: expect.stringMatching(/^(refused|set-aside|upstream)$/),
  })
  expect(await pick('n')).toEqual(three)
})

test('what ended its process is set aside for hours, in words', async () => {
  await expect(pick(endless)).rejects.toMatchObject({
    code: 'set-aside',
    message: 'Too much. It is set aside for 6 hours, or until its settings change.',
    retryAfter: 6 * 3_600_000,
  })
})

test('what only picks too much is not', async () => {
  await expect(pick('[1..10000000]')).rejects.toMatchObject({ code: 'refused', retryAfter: undefined })
})

test('this process goes on with its own work meanwhile', async () => {
  let over = false
  const hostile = pick(endless)
    .catch(() => {})
    .then(() => {
      over = true
    })
  // One turn of the loop: an evaluation in this thread would have ended before it.
  await new Promise((resolve) => setImmediate(resolve))
  expect(over).toBe(false)
  await hostile
})

test('the caller can give up in the middle, before and while waiting', async () => {
  const stop = new AbortController()
  const given = Promise.allSettled(Array.from({ length: 4 }, () => pick(endless, '{}', stop.signal)))
  const other = pick('n')
  stop.abort('lease lost')
  expect(await given).toEqual(Array(4).fill({ status: 'rejected', reason: 'lease lost' }))
  await expect(pick('n', '{}', stop.signal)).rejects.toBe('lease lost')
  expect(await other).toEqual(three)
})

/** Of two hostile jobs that are under way when `good` is asked for, both may end before it does; no other does. */
async function expectSoon(good: () => Promise<unknown>, parties: readonly string[]) {
  const ended: string[] = []
  const hostile = parties.map((party, n) =>
    inSandbox(
      'json',
      { text: '{}', host: 'a.example', pick: endless, as: null },
      { ...asked, party: partyOf(party), purpose: `hostile ${party} ${n}` },
    )
      .catch(() => {})
      .then(() => ended.push('hostile')),
  )
  await good()
  ended.push('good')
  await Promise.all(hostile)
  expect(ended.indexOf('good')).toBeLessThanOrEqual(2)
}

const good = (party: string, purpose: string) =>
  inSandbox(
    'json',
    { text: '{"n":3}', host: 'a.example', pick: 'n + 0', as: null },
    { ...asked, party: partyOf(party), purpose },
  )

/** So that what needs little does not count as having used the time in which one starts. */
const processesRun = () => good('first', 'first')

test('what is known to need little waits for one job of those that need much, however many there are', async () => {
  await processesRun()
  for (let n = 0; n < 3; n++) await good('light', 'light')
  await expectSoon(
    () => good('light', 'light'),
    Array.from({ length: 6 }, (_, n) => `hostile ${n}`),
  )
})

test('a party of which nothing is known waits for one job of another, however many that asks for', () =>
  expectSoon(() => good('new', 'new'), Array(6).fill('many')))

test('what is known to need little does not wait for the others of its party either', async () => {
  await processesRun()
  await good('mixed', 'light of it')
  await expectSoon(() => good('mixed', 'light of it'), Array(6).fill('mixed'))
})

/** Ids of processes that `parent` has started for this. */
function processesOf(parent: number | undefined): string[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  return all
    .map((line) => line.trim().split(/\s+/))
    .filter(([, of, ...words]) => of === String(parent) && words.at(-1)?.endsWith('sandbox.js'))
    .map(([pid]) => pid ?? '')
}

test('its processes end with the one that asks, however that ends', async () => {
  const program = `
    import { inSandbox } from '${new URL('./sandbox.ts', import.meta.url)}'
    import { partyOf } from '${new URL('../kit/party.ts', import.meta.url)}'
    const signal = new AbortController().signal
    setInterval(() => {}, 1_000)
    await inSandbox('markdown', 'a', { party: partyOf('p'), purpose: 'w', tooMuch: 't', signal })
  `
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program])
  let own: string[] = []
  await expect
    .poll(() => {
      own = processesOf(parent.pid)
      return own.length
    })
    .toBe(1)
  parent.kill('SIGKILL')
  const runs = () =>
    execFileSync('ps', ['-A', '-o', 'pid='], { encoding: 'utf8' })
      .split(/\s+/)
      .includes(own[0] ?? '')
  await expect.poll(runs).toBe(false)
})
