import fc from 'fast-check'
import { expect, test } from 'vitest'
import { topicSegment } from '#widgets/kit/topic-segment.ts'
import { matchesTopic, parsePattern, parseTopic, patternCovers } from './topic.ts'

test.each([
  ['a', ['a']],
  ['github.acme.api.pull_request.opened', ['github', 'acme', 'api', 'pull_request', 'opened']],
  ['größe.日本', ['größe', '日本']],
  ['a.%2E.-', ['a', '%2E', '-']],
  [Array(16).fill('x').join('.'), Array(16).fill('x')],
  ['x'.repeat(255), ['x'.repeat(255)]],
])('%s is a topic', (text, tokens) => {
  expect(parseTopic(text)).toEqual(tokens)
})

test.each([
  ['', 'must be non-empty tokens joined by dots'],
  ['a..b', 'must be non-empty tokens joined by dots'],
  ['.a', 'must be non-empty tokens joined by dots'],
  ['a.', 'must be non-empty tokens joined by dots'],
  ['a b', 'must hold no blanks and no control characters'],
  ['a\u00a0b', 'must hold no blanks and no control characters'],
  ['a\nb', 'must hold no blanks and no control characters'],
  ['a\u0000', 'must hold no blanks and no control characters'],
  ['a\ud800', 'must hold no blanks and no control characters'],
  ['a.*', 'must hold no * and no >'],
  ['a.>', 'must hold no * and no >'],
  ['a>b', 'must hold no * and no >'],
  [Array(17).fill('x').join('.'), 'must have at most 16 tokens'],
  ['ß'.repeat(128), 'must be at most 255 bytes'],
])('%j is no topic', (text, problem) => {
  expect(parseTopic(text)).toBe(problem)
})

test.each(['*', '>', 'a.*', '*.b.>', 'a.b'])('%s is a pattern', (text) => {
  expect(parsePattern(text)).toEqual(text.split('.'))
})

test.each(['', '>.a', 'a.>.b', 'a*', 'a.b>', '**', 'a. '])('%j is no pattern', (text) => {
  expect(typeof parsePattern(text)).toBe('string')
})

test.each([
  ['>', 'a', true],
  ['>', 'a.b', true],
  ['a.>', 'a', false],
  ['a.>', 'a.b.c', true],
  ['a.*', 'a.b', true],
  ['a.*', 'a.b.c', false],
  ['*.b', 'a.b', true],
  ['a.b', 'a', false],
  ['a', 'a.b', false],
])('%s matches %s: %s', (pattern, topic, matches) => {
  expect(matchesTopic(pattern.split('.'), topic.split('.'))).toBe(matches)
})

test.each([
  ['>', '>', true],
  ['*.>', '>', false],
  ['>', '*.>', true],
  ['a.*', 'a.>', false],
  ['a.>', 'a.*', true],
  ['a.*', 'a.*', true],
  ['a.b', 'a.*', false],
  ['*', '>', false],
])('%s covers %s: %s', (pattern, asked, covers) => {
  expect(patternCovers(pattern.split('.'), asked.split('.'))).toBe(covers)
})

function sequences(tokens: readonly string[], longest: number): string[][] {
  if (longest === 0) return [[]]
  const shorter = sequences(tokens, longest - 1)
  return [[], ...shorter.flatMap((rest) => tokens.map((token) => [token, ...rest]))].filter(
    (one, index, all) => all.findIndex((other) => other.join('.') === one.join('.')) === index,
  )
}

test('a pattern covers another exactly when it matches whatever the other matches', {
  timeout: 60_000,
}, () => {
  const patterns = sequences(['a', 'b', '*'], 2).flatMap((first) =>
    ['a', 'b', '*', '>'].map((last) => [...first, last]),
  )
  const topics = sequences(['a', 'b', 'c'], 4).slice(1)
  const matched = patterns.map((pattern) => topics.map((topic) => matchesTopic(pattern, topic)))
  for (const [one, wide] of patterns.entries()) {
    for (const [other, narrow] of patterns.entries()) {
      const covers = topics.every((_, index) => !matched[other]?.[index] || matched[one]?.[index])
      expect([wide, narrow, patternCovers(wide, narrow)]).toEqual([wide, narrow, covers])
    }
  }
})

test('topicSegment makes one token of any text', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (text) => {
      const made = topicSegment(text)
      expect(parseTopic(made)).toEqual([made])
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['Acme.io', 'acme%2Eio'],
  ['50%', '50%25'],
  ['a b\t>*', 'a%20b%09%3E%2A'],
  ['', '-'],
  [undefined, '-'],
  [null, '-'],
  [7, '7'],
  ['Grün', 'grün'],
])('topicSegment(%j) is %s', (part, made) => {
  expect(topicSegment(part)).toBe(made)
})

test('any text at all is a topic, a pattern, or has a problem that can be told', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', size: 'max', maxLength: 400 }), (text) => {
      for (const parsed of [parseTopic(text), parsePattern(text)]) {
        if (typeof parsed === 'string') expect(parsed).toMatch(/^must /)
        else expect(parsed.join('.')).toBe(text)
      }
    }),
    { numRuns: 1000 },
  )
})
