import { expect, test } from 'vitest'
import { basePathOf, withoutBasePath } from './base-path.ts'

test.each([
  ['https://example.org', ''],
  ['https://example.org/', ''],
  ['https://example.org/hubs', '/hubs'],
  ['https://example.org/a/b', '/a/b'],
])('%s stands below “%s”', (address, path) => {
  expect(basePathOf(address)).toBe(path)
})

test.each([
  ['/hubs', '/'],
  ['/hubs/', '/'],
  ['/hubs/hubs/w/a', '/hubs/w/a'],
  ['/hubs//team', '//team'],
  ['/', undefined],
  ['/hubsteam', undefined],
  ['/Hubs/team', undefined],
])('below /hubs, %s is %s', (path, inside) => {
  const url = new URL(`http://localhost${path}?a=b`)
  const found = withoutBasePath(url, '/hubs')
  expect(found?.pathname).toBe(inside)
  if (found) expect([found.host, found.search]).toEqual(['localhost', '?a=b'])
})

test('at the root of a host name an address is what it was', () => {
  const url = new URL('http://localhost/team')
  expect(withoutBasePath(url, '')).toBe(url)
})
