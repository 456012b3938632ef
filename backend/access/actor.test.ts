import { expect, test } from 'vitest'
import { actorOf, scopeFault } from './actor.ts'

const lacks = (scopes: readonly string[], topic: string, source = 'ci') =>
  actorOf('id', scopes).lacks({ topic, source })

test.each([
  [['publish'], 'deploy.prod.web', undefined],
  [['publish:deploy.>'], 'deploy.prod.web', undefined],
  [['publish:deploy.>', 'publish:ci.*'], 'ci.web', undefined],
  [['publish:deploy.>'], 'deploy', 'publish:deploy'],
  [['publish:deploy.*'], 'deploy.prod.web', 'publish:deploy.prod.web'],
  [['publish:deploy.>'], 'ci.web', 'publish:ci.web'],
  [['publish'], 'github.acme.api.push.-', 'publish:github.>'],
  [['publish', 'publish:github.>'], 'github.acme.api.push.-', undefined],
  [['publish:github.acme.>'], 'github.acme.api.push.-', undefined],
  [['publish:github.acme.>'], 'github.other.api.push.-', 'publish:github.>'],
  [['publish:>'], 'github.acme.api.push.-', undefined],
  [['publish'], 'github', undefined],
])('%j publishes to %s, or lacks %s', (scopes, topic, lacking) => {
  expect(lacks(scopes, topic)).toBe(lacking)
})

test.each([
  'https://github.com/acme/api',
  'http://GitHub.com/acme/api',
  'https://www.github.com',
  'https://a@github.com:443/acme',
  '//github.com/acme',
  'https://api.github.com/repos/acme/api',
])('%s is the source of a door', (source) => {
  expect(lacks(['publish'], 'deploy.web', source)).toBe('publish:github.>')
  expect(lacks(['publish', 'publish:github.>'], 'deploy.web', source)).toBeUndefined()
})

test.each([
  'github',
  'https://github.company.example/x',
  'https://notgithub.com/a',
  'https://example.org/github.com/',
])('%s is nobody’s', (source) => {
  expect(lacks(['publish'], 'deploy.web', source)).toBeUndefined()
})

test('the source of what comes over the bus without a name is not a publisher’s', () => {
  expect(lacks(['publish', 'publish:github.>'], 'deploy.web', 'bus')).toBe('publish:>')
})

test('a scope is told from what is none', () => {
  for (const good of ['publish', 'read', 'hubs:write', 'administer', 'publish:a.*.>', 'publish:>'])
    expect(scopeFault(good)).toBeUndefined()
  expect(scopeFault('publish:')).toMatch(/must be non-empty tokens/)
  expect(scopeFault('publish:a..b')).toMatch(/must be non-empty tokens/)
  expect(scopeFault('admin')).toMatch(/^is none of publish, /)
})

test('a narrowed scope is one to publish, and what is no scope allows nothing', () => {
  expect(actorOf('id', ['publish:a.>', 'nonsense', 'publish:a..b']).scopes).toEqual(new Set(['publish']))
  expect(actorOf('id', ['publish:a..b']).scopes).toEqual(new Set())
})
