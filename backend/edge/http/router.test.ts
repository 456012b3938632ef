import { expect, test } from 'vitest'
import type { Route } from './route.ts'
import { router } from './router.ts'

const route = (method: Route['method'], path: string): Route => ({
  method,
  path,
  right: 'anyone',
  handle: async () => ({ status: 200 }),
})
const find = router([
  route('GET', '/api/hubs'),
  route('GET', '/api/hubs/:slug'),
  route('PUT', '/api/hubs/:slug'),
  route('GET', '/api/hubs/:slug/snapshot'),
  route('GET', '/api/hubs/new/:kind'),
])
const path = (method: string, text: string) => {
  const found = find(method, text)
  return found.kind === 'route' ? { path: found.route.path, params: found.params } : found
}

test('literal segments win over names, and names are decoded', () => {
  expect(path('GET', '/api/hubs')).toEqual({ path: '/api/hubs', params: {} })
  expect(path('GET', '/api/hubs/d%C3%A9sign')).toEqual({
    path: '/api/hubs/:slug',
    params: { slug: 'désign' },
  })
  expect(path('GET', '/api/hubs/new/page')).toEqual({ path: '/api/hubs/new/:kind', params: { kind: 'page' } })
  expect(path('GET', '/api/hubs/new/snapshot')).toMatchObject({ path: '/api/hubs/new/:kind' })
  expect(path('GET', '/api/hubs/other/snapshot')).toEqual({
    path: '/api/hubs/:slug/snapshot',
    params: { slug: 'other' },
  })
})

test('HEAD is answered by GET', () => {
  expect(path('HEAD', '/api/hubs/a')).toMatchObject({ path: '/api/hubs/:slug' })
})

test('another method is told what is allowed', () => {
  expect(path('DELETE', '/api/hubs/a')).toEqual({
    kind: 'method',
    allow: 'GET, PUT',
    get: expect.objectContaining({ method: 'GET', path: '/api/hubs/:slug' }),
  })
})

test.each(['/', '/api', '/api/hubs/', '/api/hubs//snapshot', '/api/hubs/%E0%A4', '/api/hubs/a/b/c'])(
  'there is nothing at %s',
  (text) => {
    expect(path('GET', text)).toEqual({ kind: 'none' })
  },
)

test('a star at the end answers all below it that nothing else does, a method that is one all methods', () => {
  const find = router([
    route('*', '/api/auth/*'),
    route('GET', '/api/auth/session'),
    route('GET', '/api/:room/list'),
    route('GET', '/files/*'),
  ])
  const found = (method: string, path: string) => {
    const one = find(method, path)
    return one.kind === 'route'
      ? `${one.route.method} ${one.route.path} ${JSON.stringify(one.params)}`
      : one.kind
  }
  expect(found('POST', '/api/auth/callback/github')).toBe('* /api/auth/* {}')
  expect(found('PATCH', '/api/auth/')).toBe('* /api/auth/* {}')
  expect(found('GET', '/api/auth/session')).toBe('GET /api/auth/session {}')
  expect(found('GET', '/api/auth/session/x')).toBe('* /api/auth/* {}')
  expect(found('GET', '/api/auth/list')).toBe('* /api/auth/* {}')
  expect(found('GET', '/api/other/list')).toBe('GET /api/:room/list {"room":"other"}')
  expect(found('GET', '/api/auth')).toBe('none')
  expect(found('HEAD', '/files/a/b')).toBe('GET /files/* {}')
  expect(find('POST', '/files/a')).toMatchObject({ kind: 'method', allow: 'GET' })
})
