import { expect, test } from 'vitest'
import { withoutBasePath } from '../../base/base-path.ts'
import { embeddedWidget, pageHeaders, pagePath, pageQuery } from './page-request.ts'

function asked(path: string): string {
  const url = new URL(`http://localhost${path}`)
  return pagePath(url) + pageQuery(url)
}

test.each([
  '/',
  '/welcome',
  '/welcome/w/abc-1',
  '/embed/abc-1?theme=dark',
  '/_next/static/chunks/2f-a_.b~c.js',
  '/_next/static/media/inter.p.abc.woff2',
  '/icon.svg',
  '/?page=3',
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
  '/embed/abc%2D1',
  '/embed/abc%2d1',
  '/embed/abc%252D1',
  '/embed/abc-1/',
  '/embed/abc-1%2F',
  '/embed/abc-1.',
  '/embed%2Fabc-1',
  '/%65mbed/abc-1',
  '/Embed/abc-1',
  '//embed/abc-1',
  `/embed/${'a'.repeat(65)}`,
  '/welcome/w/abc%2D1',
  '/welcome/%77/abc-1',
  '/welcom%65',
  '//evil.example/x',
  `/${'a'.repeat(64)}`,
  '/%0a',
])('%s is where nothing is', (path) => {
  expect(asked(path)).toBe('/nowhere/at/all')
})

test.each(['', '/team', '/team/hubs'])(
  'the widget that Next is asked for below “%s” is the one judged',
  (basePath) => {
    const characters = [
      '-',
      '%2D',
      '%2d',
      '%252D',
      '_',
      '.',
      '%2E',
      '/',
      '%2F',
      '\\',
      '%5C',
      '%00',
      ';',
      '%C3%A9',
    ]
    const forms = characters.flatMap((each) => [
      `a${each}1`,
      `${each}a`,
      `a${each}`,
      `..${each}a`,
      `a/..${each}b`,
    ])
    const judged = forms.filter((form) => {
      const url = withoutBasePath(new URL(`http://localhost${basePath}/embed/${form}`), basePath)
      if (!url) return false
      const widget = embeddedWidget(url)
      const told = decodeURIComponent(pagePath(url))
      expect(told.startsWith('/embed/') ? told : undefined, form).toBe(widget && `/embed/${widget}`)
      return widget !== undefined
    })
    expect(judged).toEqual(expect.arrayContaining(['a-1', 'a_1', 'a/../b']))
  },
)

test.each([
  ['/welcome?utm_source=mail&theme=light', '/welcome?theme=light'],
  ['/icon.svg?icon.abc.svg', '/icon.svg'],
  ['/?page=2&page=3', '/?page=2'],
  ['/?page', '/?page='],
  [`/?page=${'1'.repeat(10)}&theme=dark`, '/?theme=dark'],
  ['/embed/abc-1?theme=%64ark&_rsc=1&nxtPwidget=other', '/embed/abc-1?theme=dark'],
  [`/welcome?${'a&'.repeat(7_500)}`, '/welcome'],
  [`/welcome?${'theme&'.repeat(2_500)}`, '/welcome?theme='],
])('of a query Next is told what pages read, once and short', (path, told) => {
  expect(asked(path)).toBe(told)
})

test('of a request’s fields Next is told how it may answer, and nothing else', () => {
  const fields = [
    ...['rsc', 'next-router-state-tree', 'next-action', 'x-forwarded-host', 'x-matched-path', 'cookie'],
    ...['user-agent', 'accept-language', 'referer', 'host', 'range', 'if-range'],
  ]
  const told = { 'accept-encoding': 'gzip', 'if-none-match': '"1"', 'if-modified-since': 'today' }
  expect(pageHeaders({ ...told, ...Object.fromEntries(fields.map((name) => [name, '1'])) })).toEqual(told)
})
