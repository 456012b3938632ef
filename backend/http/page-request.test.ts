import { expect, test } from 'vitest'
import { pageHeaders, pagePath } from './page-request.ts'

const asked = (path: string) => pagePath(new URL(`http://localhost${path}`))

test.each([
  '/',
  '/welcome',
  '/a-1?theme=dark',
  '/welcome/w/abc-1',
  '/embed/abc-1?theme=dark',
  '/_next/static/chunks/2f-a_.b~c.js',
  '/_next/static/media/inter.p.abc.woff2',
  '/icon.svg?icon.abc.svg',
  '/robots.txt',
])('%s reaches Next', (path) => {
  expect(asked(path)).toBe(path)
})

test.each([
  '/_next/image?url=%2Fx%0A%1B&w=16&q=1',
  '/_next/data/x/welcome.json',
  '/_next/static/',
  '/_next/static/..%2f..%2fserver/x.js',
  '/_next/static/.env',
  '/_next',
  '/Welcome',
  '/_x',
  '/a.b',
  '/welcome/w/',
  '/welcome/w/a/b',
  '/welcome/x/a',
  '/embed/a/b',
  '//evil.example/x',
  `/${'a'.repeat(64)}`,
  '/%0a',
])('%s is where nothing is', (path) => {
  expect(asked(path)).toBe('/nowhere/at/all')
})

test('Next is told nothing of its router, of proxies or of actions', () => {
  const fields = [
    'rsc',
    'next-router-state-tree',
    'next-action',
    'x-forwarded-host',
    'x-matched-path',
    'cookie',
  ]
  const sent = {
    host: 'localhost',
    accept: 'text/html',
    ...Object.fromEntries(fields.map((name) => [name, '1'])),
  }
  expect(pageHeaders(sent)).toEqual({ host: 'localhost', accept: 'text/html' })
})
