import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWholeFront, say, type WholeFront } from './whole-front.fixtures.ts'

let front: WholeFront
beforeAll(async () => {
  front = await openWholeFront({ HUBS_ADMIN_TOKEN: 'hubs_admin_of_the_tests' })
})
afterAll(() => front.stop())

const ask = (path: string, options: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${front.port}${path}`, options)
const scrape = async () => (await ask('/metrics')).text()

interface Family {
  name: string
  type: string
  help: string
  samples: string[]
}

function familiesOf(text: string): Family[] {
  const families: Family[] = []
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
    if (kind === 'HELP') families.push({ name, type: '', help: rest, samples: [] })
    const family = families.at(-1)
    if (kind === 'TYPE' && family) family.type = rest
    if (!kind) family?.samples.push(line)
  }
  return families
}

/** What `promtool check metrics` says of names, types and units. */
function faults({ name, type, help }: Family): string[] {
  const said: string[] = []
  if (help.trim() === '') said.push('no help')
  if (type === 'counter' && !name.endsWith('_total')) said.push('a counter ends in _total')
  if (type !== 'counter' && name.endsWith('_total')) said.push('only a counter ends in _total')
  if (type !== 'histogram' && type !== 'summary' && /_(count|sum|bucket)$/.test(name))
    said.push('as a histogram')
  if (/(^|_)(ms|millis|milliseconds|minutes|hours|kb|mb|kilobytes|megabytes|percent)(_|$)/.test(name))
    said.push('unit')
  if (/[A-Z]|:/.test(name)) said.push('not in snake case')
  if (new RegExp(`(^|_)${type}(_|$)`).test(name)) said.push('its type is in its name')
  return said
}

test('every figure is named, typed and explained as Prometheus wants', async () => {
  const families = familiesOf(await scrape())
  expect(families.length).toBeGreaterThan(30)
  expect(families.flatMap((family) => faults(family).map((fault) => `${family.name}: ${fault}`))).toEqual([])
  expect(families.find(({ name }) => name === 'hubs_build_info')?.samples[0]).toMatch(/build="b".* 1$/)
})

test('every answer is counted by route, status and reason, and nothing that was sent is in a label', async () => {
  await ask('/api/v1/hubs/kept')
  await ask('/api/v1/hubs/nobody-of-that-name')
  await ask('/api/v1/hubs/kept', { method: 'PUT', headers: { authorization: 'Bearer hubs_wrong_token' } })
  await ask('/api/v1/hooks/github', { method: 'POST', body: 'x' })
  await ask('/api/nothing-there')
  const foreign = say(
    front.port,
    'GET /api/v1/hubs HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n',
  )
  await foreign.closed
  const text = await scrape()
  const counted = (route: string, status: number, reason: string) =>
    expect(text).toContain(
      `hubs_http_answers_total{route="${route}",status="${status}",reason="${reason}"} 1\n`,
    )
  counted('/api/v1/hubs/:slug', 200, '')
  counted('/api/v1/hubs/:slug', 404, 'not found')
  counted('/api/v1/hubs/:slug', 401, 'no token')
  counted('/api/v1/hooks/github', 401, 'no token')
  counted('none', 404, 'not found')
  counted('none', 421, 'host')
  expect(text).toMatch(
    /^hubs_http_request_duration_seconds_bucket\{le="0\.005",route="\/api\/v1\/hubs\/:slug",status="200"\} \d/m,
  )
  expect(text).not.toMatch(/nobody-of-that|nothing-there|evil|hubs_wrong/)
})

test('a stream is counted when it begins', async () => {
  const line = say(front.port, 'GET /api/v1/stream?hub=kept HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await expect.poll(line.heard).toContain('hello')
  expect(await scrape()).toContain(
    'hubs_http_answers_total{route="/api/v1/stream",status="200",reason=""} 1\n',
  )
  line.socket.destroy()
  await line.closed
  await expect.poll(() => front.figure('hubs_sessions')).toBe(0)
  expect(await scrape()).toContain(
    'hubs_http_answers_total{route="/api/v1/stream",status="200",reason=""} 1\n',
  )
})

test('a process that is full is not told as a store that is away', async () => {
  const small = await openWholeFront({ HUBS_STREAMS: '1' })
  const url = `http://127.0.0.1:${small.port}`
  const first = await fetch(`${url}/api/v1/stream?hub=kept`)
  expect((await fetch(`${url}/api/v1/stream?hub=kept`)).status).toBe(503)
  const text = await (await fetch(`${url}/metrics`)).text()
  expect(text).toContain('{route="/api/v1/stream",status="503",reason="full"} 1\n')
  await first.body?.cancel()
  await small.stop()
})

test('of refusals of one kind one line is left, with where they came from', async () => {
  front.lines.length = 0
  for (let n = 0; n < 20; n++) await ask(`/api/v1/widgets/w${n}`)
  await expect.poll(() => front.lines.filter(({ msg }) => msg === 'refused')).toHaveLength(1)
  expect(front.lines.find(({ msg }) => msg === 'refused')).toMatchObject({
    ...{ route: '/api/v1/widgets/:id', status: 404, reason: 'not found', client: '127.0.0.1' },
  })
})
