import { expect, test } from 'vitest'
import { pick } from './pick.ts'

const never = new AbortController().signal
const all = JSON.stringify({
  jobs: [
    { name: 'a', ok: true },
    { name: 'b', ok: false },
  ],
  n: 3,
})

test.each([
  ['$', 3, 3],
  ['n', { n: 3 }, 3],
  ['n.missing', { n: 3 }, undefined],
  ['[1..3]', {}, [1, 2, 3]],
  ['__proto__', {}, undefined],
  ['$type(function() { 1 })', {}, 'function'],
])('%s picks', async (expression, input, value) => {
  const picked = await pick(expression, JSON.stringify(input), never)
  expect('json' in picked && picked.json).toBe(value === undefined ? undefined : JSON.stringify(value))
})

test('many at once each get their own answer', async () => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, place) => pick(`jobs[${place % 2}].name & "${place}"`, all, never)),
  )
  expect(answers).toEqual(answers.map((_, place) => ({ json: `"${'ab'[place % 2]}${place}"` })))
})

test.each([
  ['an endless loop', '($f := function() { $f() }; $f())'],
  ['an endless recursion', '($f := function($n) { $n + $f($n + 1) }; $f(1))'],
  ['a huge range', '[1..10000000]'],
  ['a range too huge to ask for', '[1..1000000000]'],
  ['a product of ranges', '$sum([1..99999].[1..99999])'],
  ['a text that doubles', '($f := function($s) { $f($s & $s) }; $f("x"))'],
  ['a text longer than memory', '($f:=function($n){$n=0 ? "a" : $replace($f($n-1),"a","aaaaaaaaaa")};$f(9))'],
  ['a regular expression that backtracks for years', `$match("${'a'.repeat(60)}!", /^(a+)+$/)`],
  ['more than fits a widget', '$pad("x", 300000)'],
])('%s ends as a failure, and the next pick is not hurt', async (_, expression) => {
  const answers = await Promise.all([pick(expression, '{}', never), pick('n', all, never)])
  expect(answers).toEqual([expect.objectContaining({ failed: 'too-much' }), { json: '3' }])
})

test('the process goes on with its own work meanwhile', async () => {
  let over = false
  const endless = pick('($f := function() { $f() }; $f())', '{}', never).then(() => {
    over = true
  })
  // One turn of the loop: an evaluation in this thread would have ended before it.
  await new Promise((resolve) => setImmediate(resolve))
  expect(over).toBe(false)
  await endless
})

test.each([
  ['a sum of names', '$sum(jobs.name)'],
  ['a wrong number of arguments', '$sum(1, 2, 3)'],
  ['an error of its own', '$error("no")'],
  ['a function', 'function() { 1 }'],
])('%s does not fit', async (_, expression) => {
  expect(await pick(expression, all, never)).toEqual(expect.objectContaining({ failed: 'misfit' }))
})

test('text that is not JSON is told as that', async () => {
  expect(await pick('$', '<html>', never)).toEqual(expect.objectContaining({ failed: 'not-json' }))
})

test('the caller can give up in the middle, before and while waiting', async () => {
  const stop = new AbortController()
  const endless = pick('($f := function() { $f() }; $f())', '{}', stop.signal)
  const waiting = pick('n', all, stop.signal)
  const other = pick('n', all, never)
  stop.abort('lease lost')
  await expect(endless).rejects.toBe('lease lost')
  await expect(waiting).rejects.toBe('lease lost')
  expect(await other).toEqual({ json: '3' })
})
