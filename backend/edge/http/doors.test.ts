import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWholeFront, type WholeFront } from './whole-front.fixtures.ts'

const TOKEN = 'hubs_admin_of_the_tests'
let front: WholeFront
beforeAll(async () => {
  front = await openWholeFront({
    HUBS_ADMIN_TOKEN: TOKEN,
    HUBS_ORIGIN: 'https://hubs.example',
    HUBS_SECURITY_CONTACT: 'mailto:security@example.org',
  })
})
afterAll(() => front.stop())

const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  fetch(`http://127.0.0.1:${front.port}${path}`, { method, headers, ...(body === undefined ? {} : { body }) })
const from = (address: string, token?: string) => ({
  'x-forwarded-for': address,
  ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
})
const hub = JSON.stringify({ title: 'Made', visibility: 'public', widgets: [] })

test('who guesses tokens waits; nobody else does', async () => {
  const put = (address: string, token: string) => ask('PUT', '/api/v1/hubs/made', from(address, token), hub)
  expect((await put('192.0.2.1', TOKEN)).status).toBe(201)
  front.lines.length = 0
  for (let n = 0; n < 10; n++) expect((await put('192.0.2.1', `hubs_guess_${n}`)).status).toBe(401)
  const told = await put('192.0.2.1', 'hubs_guess_10')
  expect(told.status).toBe(429)
  expect(Number(told.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await told.json()).status).toBe(429)
  // Behind the same address, with a token that has been right; and from elsewhere.
  expect((await put('192.0.2.1', TOKEN)).status).toBe(200)
  expect((await put('192.0.2.2', 'hubs_guess_0')).status).toBe(401)

  const lines = front.lines.filter(({ msg }) => msg === 'a wrong token')
  expect(lines.map(({ client }) => client)).toEqual([...Array(10).fill('192.0.2.1'), '192.0.2.2'])
  expect(JSON.stringify(front.lines)).not.toMatch(/hubs_guess|hubs_admin/)
})

test('every change leaves a line that says from where, and nothing secret', async () => {
  front.lines.length = 0
  await ask('PUT', '/api/v1/hubs/lined', from('192.0.2.7', TOKEN), hub)
  await ask('DELETE', '/api/v1/hubs/lined', from('192.0.2.7', TOKEN))
  expect(front.lines.filter(({ msg }) => msg === 'changed')).toMatchObject([
    { method: 'PUT', path: '/api/v1/hubs/lined', status: 201, client: '192.0.2.7', token: 'admin' },
    { method: 'DELETE', path: '/api/v1/hubs/lined', status: 204, client: '192.0.2.7', token: 'admin' },
  ])
  expect(JSON.stringify(front.lines)).not.toContain(TOKEN)
})

test('a page of another site cannot have a card loaded again', async () => {
  const retry = (headers: Record<string, string>) => ask('POST', '/api/v1/widgets/kept-1/retry', headers)
  expect((await retry({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  expect((await retry({ origin: 'https://evil.example' })).status).toBe(403)
  expect((await retry({ origin: 'null' })).status).toBe(403)
  expect((await retry({})).status).toBe(202)
})

test('a client has cards loaded again so often, others as often as they like to', async () => {
  const retry = async (address: string) =>
    await (await ask('POST', '/api/v1/widgets/kept-1/retry', from(address))).text()
  for (let n = 0; n < 120; n++) expect(await retry('192.0.2.20')).not.toContain('your address')
  expect(await retry('192.0.2.20')).toContain('your address')
  expect(await retry('192.0.2.21')).not.toContain('your address')
})

test('security.txt names whom to tell', async () => {
  const answer = await ask('GET', '/.well-known/security.txt')
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  const text = await answer.text()
  expect(text).toMatch(/^Contact: mailto:security@example\.org$/m)
  expect(text).toMatch(/^Canonical: https:\/\/hubs\.example\/\.well-known\/security\.txt$/m)
  const expires = Date.parse(/^Expires: (.*)$/m.exec(text)?.[1] ?? '')
  expect(expires).toBeGreaterThan(Date.now())
  expect(expires).toBeLessThan(Date.now() + 366 * 86_400_000)
})

test('there is no security.txt while nobody is named', async () => {
  const bare = await openWholeFront()
  expect((await fetch(`http://127.0.0.1:${bare.port}/.well-known/security.txt`)).status).toBe(404)
  await bare.stop()
})

const page = { origin: 'https://page.example' }
const allowed = ({ headers }: Response) => headers.get('access-control-allow-origin')

test.each([
  ['PUT', '/api/v1/hubs/kept'],
  ['DELETE', '/api/v1/hubs/kept'],
  ['POST', '/api/v1/events'],
  ['POST', '/api/v1/hooks/github'],
  ['POST', '/api/v1/widgets/kept-1/retry'],
  ['GET', '/api/v1/widgets/kept-1/explain'],
  ['GET', '/metrics'],
  ['GET', '/readyz'],
])('no page elsewhere may read %s %s, or ask for it with fields of its own', async (method, path) => {
  expect(allowed(await ask(method, path, page))).toBeNull()
  const preflight = await ask('OPTIONS', path, { ...page, 'access-control-request-method': method })
  expect(preflight.headers.get('access-control-allow-methods') ?? '').not.toMatch(/PUT|DELETE|POST|\*/)
  if (method === 'GET') expect(allowed(preflight)).toBeNull()
})
