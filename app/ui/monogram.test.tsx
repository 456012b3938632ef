import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { Monogram } from './monogram.tsx'

const sign = (slug: string, title = slug) => {
  const html = renderToStaticMarkup(<Monogram slug={slug} title={title} />)
  return { letters: />([^<]*)</.exec(html)?.[1], colour: /sign-\d(?: sign-full)?/.exec(html)?.[0], html }
}

test.each([
  ['Design team', 'DT'],
  ['payments', 'PA'],
  ['Area one 17', 'A17'],
  ['Team 3', 'T3'],
  ['Sprint 2026', 'S2'],
  ['(old) things', 'OT'],
  ['צוות עיצוב', 'צע'],
  ['!', '#'],
])('%s is %s', (title, letters) => expect(sign('x', title).letters).toBe(letters))

test('no colour of a state is a colour of identity', () => {
  for (let hub = 0; hub < 50; hub++) expect(sign(`hub-${hub}`).html).not.toMatch(/good|bad|warn|busy|accent/)
})

test('hubs of like names have unlike colours', () => {
  const slugs = Array.from({ length: 600 }, (_, hub) => `area-one-${hub}`)
  const times = new Map<string | undefined, number>()
  for (const slug of slugs) times.set(sign(slug).colour, (times.get(sign(slug).colour) ?? 0) + 1)
  // Twelve colours would have 50 each.
  expect(times.size).toBe(12)
  for (const count of times.values()) expect(count).toBeLessThan(90)
  expect(sign('ab').colour).not.toBe(sign('ba').colour)
})
