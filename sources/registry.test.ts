import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parsePattern, patternCovers } from '#backend/ingest/topic.ts'
import { sources } from './registry.ts'

describe.each(sources.map((source) => [source.name, source] as const))('%s', (name, source) => {
  test('is called as its folder', () => {
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/)
    expect(existsSync(new URL(`${name}/source.ts`, import.meta.url))).toBe(true)
  })

  test('has topics that are no other source’s', () => {
    const own = parsePattern(source.topics)
    if (typeof own === 'string') throw new Error(`${source.topics} ${own}`)
    for (const { topics } of sources.filter((other) => other !== source)) {
      expect(patternCovers(topics.split('.'), own)).toBe(false)
    }
  })

  test('declares its settings by names of variables', () => {
    const names = [...Object.keys(source.secrets), ...(source.door ? [source.door.secret] : [])]
    for (const each of names) expect(each).toMatch(/^[A-Z][A-Z0-9_]*$/)
  })
})

test('no two sources, and no two settings, have one name', () => {
  const names = sources.map(({ name }) => name)
  expect(names).toEqual([...new Set(names)])
  const settings = sources.flatMap(({ secrets, door }) => [
    ...Object.keys(secrets),
    ...(door ? [door.secret] : []),
  ])
  expect(settings).toEqual([...new Set(settings)])
})
