import { expect, test } from 'vitest'
import type { Json } from '#widgets/define.ts'
import { registry } from '#widgets/registry.ts'
import { sourceOf } from './source.ts'

const token = { GITHUB_TOKEN: 't' }

test.each([
  ['json', { url: 'https://status.example.org/api?x=1' }, {}, 'status.example.org'],
  ['feed', { url: 'http://Example.org:8080/feed' }, {}, 'example.org:8080'],
  ['commits', { repository: 'https://git.example.org/a/b.git' }, {}, 'git.example.org'],
  ['commits', { repository: '/srv/git/a' }, {}, undefined],
  ['pulls', { repositories: ['a/b'] }, {}, undefined],
  ['pulls', { repositories: ['a/b'] }, token, 'api.github.com'],
  [
    'pulls',
    { repositories: ['a/b'] },
    { ...token, GITHUB_URL: 'https://ghe.example.org/api/v3' },
    'ghe.example.org',
  ],
  ['clock', { zones: ['UTC'] }, {}, undefined],
  ['notes', { text: 'https://example.org' }, {}, undefined],
] satisfies [string, Json, object, string | undefined][])(
  'a load of %s with %j and %j asks %s',
  (name, params, secrets, source) => {
    const type = Object.entries(registry).find(([key]) => key === name)?.[1]
    if (!type) throw new Error(`There is no type ${name}.`)
    expect(sourceOf({ type, params }, secrets)).toBe(source)
  },
)
