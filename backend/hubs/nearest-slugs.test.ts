import { expect, test } from 'vitest'
import { nearestSlugs } from './nearest-slugs.ts'

const slugs = ['node-team', 'designteam', 'welcome', 'payments', 'payments-eu', 'a', 'ab']

test.each([
  ['node-taem', ['node-team']],
  ['Welcome', ['welcome']],
  ['payment', ['payments', 'payments-eu']],
  ['payments-eu-old', ['payments-eu', 'payments']],
  ['nodeteam', ['node-team']],
  ['welcoem', ['welcome']],
  ['nope', []],
  ['x', []],
  ['', []],
])('who writes %s may have meant %j', (wrong, meant) => {
  expect(nearestSlugs(wrong, slugs).slice(0, 2)).toEqual(meant)
})

test('no more than three are offered', () => {
  const many = Array.from({ length: 100 }, (_, n) => `team-${n}`)
  expect(nearestSlugs('team-1x', many)).toHaveLength(3)
})
