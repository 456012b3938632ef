import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { guardedFetch } from '#backend/refresh/guarded-fetch.ts'
import { githubEvent, githubExamples } from '#sources/github/examples.fixtures.ts'
import { contextWith, logOf } from '../context.fixtures.ts'
import { implement, type LoadContext, type LoggedEvent } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { foldPulls as foldDeliveries } from './fold.ts'
import { load } from './loader.ts'
import PullsView from './view.tsx'
import { pulls } from './widget.ts'

const type = implement(pulls, load)
const noon = Date.UTC(2026, 0, 15, 12)

function at(seconds: number): string {
  return new Date(noon + seconds * 1000).toISOString()
}

function request(number: number, fields: Record<string, unknown> = {}) {
  return {
    number,
    title: `Change ${number}`,
    state: 'open',
    draft: false,
    html_url: `https://github.com/acme/api/pull/${number}`,
    user: { login: 'octocat' },
    created_at: at(-3600),
    updated_at: at(0),
    ...fields,
  }
}

const foldPulls = (events: readonly LoggedEvent[], repositories?: readonly string[]) =>
  foldDeliveries(events, repositories ?? namesIn(events)).pulls

function namesIn(events: readonly LoggedEvent[]): string[] {
  return events.flatMap(({ data }) => {
    const { repository } = Object(data) as { repository?: { full_name?: unknown } }
    return typeof repository?.full_name === 'string' ? [repository.full_name] : []
  })
}

let ids = 0
function delivery(action: string, pull_request: unknown, full_name = 'acme/api'): LoggedEvent {
  return githubEvent(
    'pull_request',
    { action, repository: { full_name }, pull_request },
    { id: `delivery-${ids++}` },
  )
}

describe('which events make it stale', () => {
  const interests = pulls.interests(pulls.config.parse({ repositories: ['Acme/api.js', 'acme/web'] }))
  test.each([
    'github.acme.api%2Ejs.pull_request.opened',
    'github.acme.web.pull_request.closed',
    'github.acme.new-name.repository.renamed',
    'github.elsewhere.web.repository.transferred',
  ])('%s', (topic) => {
    expect(matches(interests, { topic })).toBe(true)
  })
  test.each([
    'github.acme.docs.pull_request.opened',
    'github.acme.web.push.-',
    'github.acme.web.pull_request',
    'github..web.pull_request.opened',
    '',
  ])('not %s', (topic) => {
    expect(matches(interests, { topic })).toBe(false)
  })
})

test.each([
  ['no repositories', { repositories: [] }],
  ['a whole owner', { repositories: ['acme/*'] }],
  ['a way to other parts of the API', { repositories: ['../user'] }],
  ['another', { repositories: ['acme/..'] }],
  ['a query', { repositories: ['acme/api?'] }],
  ['too much', { repositories: ['acme/api'], limit: 51 }],
])('refuses %s as config', (_, config) => {
  expect(pulls.config.safeParse(config).success).toBe(false)
})

describe('what deliveries leave open', () => {
  test('last updated first, of all repositories', () => {
    const events = [
      delivery('opened', request(1)),
      delivery('opened', request(2, { updated_at: at(9) })),
      delivery('opened', request(1, { updated_at: at(5) }), 'acme/web'),
    ]
    expect(foldPulls(events).map(({ repository, number }) => `${repository}#${number}`)).toEqual([
      'acme/api#2',
      'acme/web#1',
      'acme/api#1',
    ])
  })

  test('an opened that comes after its closed brings nothing back', () => {
    const closed = delivery('closed', request(1, { state: 'closed', merged: true, updated_at: at(60) }))
    const late = delivery('opened', request(1))
    expect(foldPulls([late, closed])).toEqual([])
    expect(foldPulls([closed, late])).toEqual([])
  })

  test('not even within one second', () => {
    const closed = delivery('closed', request(1, { state: 'closed' }))
    expect(foldPulls([closed, delivery('opened', request(1)), delivery('labeled', request(1))])).toEqual([])
  })

  test('a reopened one is back, with its newest title', () => {
    const events = [
      delivery('reopened', request(1, { title: 'Again', updated_at: at(9) })),
      delivery('closed', request(1, { state: 'closed', updated_at: at(5) })),
    ]
    expect(foldPulls(events)).toMatchObject([{ number: 1, title: 'Again' }])
  })

  test.each<[string, LoggedEvent['data']]>([
    ['nothing', null],
    ['a list', []],
    ['no pull request', { repository: { full_name: 'acme/api' } }],
    ['no number', { repository: { full_name: 'acme/api' }, pull_request: { ...request(1), number: 'one' } }],
    [
      'no time',
      { repository: { full_name: 'acme/api' }, pull_request: { ...request(1), updated_at: 'today' } },
    ],
    ['no repository', { pull_request: request(1) }],
  ])('an event with %s is left out', (_, data) => {
    const good = delivery('opened', request(2))
    expect(foldPulls([{ ...delivery('opened', request(3)), data }, good])).toMatchObject([{ number: 2 }])
  })

  test('a link that is none is left out', () => {
    const [pull] = foldPulls([
      delivery('opened', request(1, { html_url: 'javascript:alert(1)', user: null })),
    ])
    expect(pull).not.toHaveProperty('href')
    expect(pull).not.toHaveProperty('author')
  })

  test('GitHub’s own examples', () => {
    expect(
      foldPulls(githubExamples('pull_request').filter(({ topic }) => topic.endsWith('.opened'))),
    ).toMatchObject([{ repository: 'Codertocat/Hello-World', number: 2, author: 'Codertocat' }])
    expect(foldPulls(githubExamples('pull_request'))).toEqual([])
  })

  test('any order of the deliveries, and any repeats, leave the same', () => {
    const event = fc
      .record({
        number: fc.integer({ min: 1, max: 3 }),
        state: fc.constantFrom('open', 'closed', 'gone'),
        title: fc.constantFrom('One', 'Two'),
        updated_at: fc.constantFrom(at(0), at(1), at(2), 'never'),
        draft: fc.constantFrom(true, false, null),
      })
      .map((fields) => delivery('edited', request(1, fields)))
    fc.assert(
      fc.property(
        fc
          .array(event, { size: 'max', maxLength: 20 })
          .chain((events) =>
            fc.tuple(
              fc.constant(events),
              fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
            ),
          ),
        ([events, delivered]) => {
          expect(foldPulls(delivered)).toEqual(foldPulls(events))
        },
      ),
      { numRuns: 500 },
    )
  })
})

test.each(['ci.pull_request', 'github.acme.web.pull_request.closed', 'github.acme.api.issues.closed'])(
  'an event of %s speaks for no pull request of another repository',
  (topic) => {
    const opened = delivery('opened', request(1))
    const closed = {
      ...delivery('closed', request(1, { state: 'closed', updated_at: at(60) })),
      topic,
    }
    expect(foldPulls([opened, closed])).toHaveLength(1)
  },
)

describe('the loader without a token', () => {
  const run = async (config: unknown, events: LoadContext['events']) =>
    await type.load(type.params(type.parseConfig(config)), contextWith({ events }))

  test('asks the log for its repositories, each once', async () => {
    const asked: unknown[] = []
    const { data } = await run({ repositories: ['acme/api', 'Acme/API', 'acme/web'] }, async (query) => {
      asked.push(query)
      return { events: [], more: false }
    })
    expect(asked).toEqual([
      { topics: ['github.acme.api.pull_request.>'], limit: 500 },
      { topics: ['github.acme.web.pull_request.>'], limit: 500 },
      { topics: ['github.acme.*.repository.>', 'github.*.*.repository.transferred'], limit: 500 },
    ])
    expect(data).toEqual({ pulls: [], open: 0, complete: true, from: 'events' })
  })

  test('shows drafts only when asked, and counts what it leaves out', async () => {
    const events = logOf(
      delivery('opened', request(1, { draft: true, updated_at: at(3) })),
      delivery('opened', request(2, { updated_at: at(2) })),
      delivery('opened', request(3, { updated_at: at(1) })),
    )
    const one = { repositories: ['acme/api'], limit: 1 }
    expect(await run(one, events)).toMatchObject({ data: { pulls: [{ number: 1 }], open: 3 } })
    expect(await run({ ...one, showDrafts: false }, events)).toMatchObject({
      data: { pulls: [{ number: 2 }], open: 2 },
    })
  })

  test('says that it cannot have counted all when the log was longer than it read', async () => {
    const events = async () => ({ events: [delivery('edited', request(1))], more: true })
    expect(await run({ repositories: ['acme/api'] }, events)).toMatchObject({
      data: { open: 1, complete: false },
    })
  })

  test('shows nothing of a repository that was renamed as open for ever, and says what it is called', async () => {
    const renamed = githubEvent(
      'repository',
      {
        action: 'renamed',
        changes: { repository: { name: { from: 'oldname' } } },
        repository: { full_name: 'acme/newname' },
      },
      { id: 'renamed', time: noon + 60_000 },
    )
    const log = [renamed, delivery('opened', request(1), 'acme/oldname')]
    const events: LoadContext['events'] = async ({ topics }) =>
      logOf(...(topics?.some((topic) => topic.includes('.repository.')) ? [renamed] : log))()
    const { data } = await run({ repositories: ['acme/oldname'] }, events)
    expect(data).toMatchObject({ pulls: [], moved: [{ from: 'acme/oldname', to: 'acme/newname' }] })
    const html = renderToStaticMarkup(
      <PullsView
        config={pulls.config.parse({ repositories: ['acme/oldname'] })}
        data={pulls.data.parse(data)}
      />,
    )
    expect(html).toContain('acme/oldname is now acme/newname')

    const closed = delivery('closed', request(1, { state: 'closed', updated_at: at(300) }), 'acme/newname')
    expect(foldPulls([...log, closed], ['acme/oldname', 'acme/newname'])).toEqual([])
    expect(foldPulls(log, ['acme/oldname', 'acme/newname'])).toMatchObject([
      { repository: 'acme/newname', number: 1 },
    ])
    const reborn = {
      ...delivery('opened', request(1, { updated_at: at(600) }), 'acme/oldname'),
      receivedAt: noon + 600_000,
    }
    expect(foldPulls([...log, reborn], ['acme/oldname'])).toMatchObject([{ repository: 'acme/oldname' }])
  })

  test('is not misled by a time that cannot be', async () => {
    const future = delivery('opened', request(1, { updated_at: '2099-01-01T00:00:00Z' }))
    const closed = delivery('closed', request(1, { state: 'closed', updated_at: at(60) }))
    expect(await run({ repositories: ['acme/api'] }, logOf(future, closed))).toMatchObject({
      data: { pulls: [] },
      notes: ['Deliveries that tell times that cannot be, and count as of their arrival: 1.'],
    })
  })

  test('fails when the log does', async () => {
    const events = async () => Promise.reject(new Error('the log is away'))
    await expect(run({ repositories: ['acme/api'] }, events)).rejects.toThrow('away')
  })
})

describe('the loader with a token', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void
  const server = createServer((request, response) => answer(request, response))
  let secrets: LoadContext['secrets']
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    secrets = { GITHUB_TOKEN: 'the-token', GITHUB_URL: `http://127.0.0.1:${port}/api/v3/` }
  })
  afterAll(() => {
    server.close()
  })

  const guarded = guardedFetch({ allow: ['127.0.0.1/32'], timeout: 5000, maxBytes: 1_000_000 })
  const run = async (config: unknown) =>
    await type.load(
      type.params(type.parseConfig(config)),
      contextWith({
        secrets,
        now: noon,
        fetch: (url, init) => guarded(url, init, new AbortController().signal),
      }),
    )
  const json = (response: ServerResponse, body: unknown, headers: Record<string, string> = {}) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

  test('shows what GitHub says', async () => {
    const asked: unknown[] = []
    answer = ({ url, headers }, response) => {
      asked.push([url, headers.authorization])
      json(response, url?.includes('/web/') ? [request(7, { updated_at: at(9) })] : [request(1), request(2)])
    }
    const { data } = await run({ repositories: ['acme/api', 'acme/web'], limit: 2 })
    expect(data).toMatchObject({
      pulls: [
        { repository: 'acme/web', number: 7 },
        { repository: 'acme/api', number: 2 },
      ],
      open: 3,
      complete: true,
      from: 'api',
    })
    const query = 'state=open&sort=updated&direction=desc&per_page=50&page=1'
    expect(asked.toSorted()).toEqual([
      [`/api/v3/repos/acme/api/pulls?${query}`, 'Bearer the-token'],
      [`/api/v3/repos/acme/web/pulls?${query}`, 'Bearer the-token'],
    ])
  })

  test('turns pages only until it has enough', async () => {
    const pages: (string | undefined)[] = []
    answer = ({ url }, response) => {
      const page = Number(/[?&]page=(\d+)/.exec(url ?? '')?.[1])
      pages.push(url)
      json(response, [request(page, { draft: page < 3 })], {
        link: '<https://api.github.com/x?page=9>; rel="next"',
      })
    }
    const { data } = await run({ repositories: ['acme/api'], limit: 1, showDrafts: false })
    expect(data).toMatchObject({ pulls: [{ number: 3 }], open: 1, complete: false })
    expect(pages).toHaveLength(3)
    await run({ repositories: ['acme/api'], limit: 50 })
    expect(pages).toHaveLength(7)
  })

  test.each([
    [429, { 'retry-after': '30' }, 'limited', 30_000],
    [403, { 'retry-after': '60' }, 'limited', 60_000],
    [429, { 'retry-after': new Date(noon + 120_000).toUTCString() }, 'limited', 120_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(noon / 1000 + 90) }, 'limited', 90_000],
    [403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(noon / 1000 - 90) }, 'limited', 1000],
    [403, { 'x-ratelimit-remaining': '0' }, 'limited', 60_000],
    [429, {}, 'limited', undefined],
    [403, { 'x-ratelimit-remaining': '12' }, 'upstream', undefined],
    [404, {}, 'upstream', undefined],
    [401, {}, 'unavailable', undefined],
    [500, {}, 'upstream', undefined],
  ])('answered %d with %j, it fails as %s', async (status, headers, code, retryAfter) => {
    answer = (_, response) => response.writeHead(status, { ...headers }).end('{"message":"no"}')
    await expect(run({ repositories: ['acme/api'] })).rejects.toMatchObject({ code, retryAfter })
  })

  test.each(['', '{"message":"hello"}', '[{"number":1}]', '<html>'])(
    'answered %j, it fails',
    async (body) => {
      answer = (_, response) => response.writeHead(200).end(body)
      await expect(run({ repositories: ['acme/api'] })).rejects.toMatchObject({
        code: 'upstream',
        message: 'GitHub answered something else than the pull requests of acme/api.',
      })
    },
  )

  test('fails when GitHub is away', async () => {
    answer = (_, response) => response.destroy()
    await expect(run({ repositories: ['acme/api'] })).rejects.toMatchObject({ code: 'upstream' })
  })
})

describe('the view', () => {
  const render = (config: unknown, data: unknown) =>
    renderToStaticMarkup(<PullsView config={pulls.config.parse(config)} data={pulls.data.parse(data)} />)
  const [filled, empty] = pulls.samples

  test('shows each pull request with what it belongs to, and how many more there are', () => {
    const html = render(filled?.config, filled?.data)
    expect(html).toContain('href="https://github.com/acme/design/pull/118"')
    expect(html).toContain('Draft · acme/design · monalisa')
    expect(html).toContain('3 of 5 open')
    expect(render({ repositories: ['acme/api'] }, filled?.data)).not.toContain('acme/design ·')
  })

  test('says that more may be open than were counted', () => {
    expect(render(filled?.config, { ...Object(filled?.data), complete: false })).toContain(
      '3 of 5 or more open',
    )
  })

  test('says so when there is none', () => {
    expect(render(empty?.config, empty?.data)).toContain('No open pull requests.')
    expect(render(empty?.config, { ...Object(empty?.data), from: 'events' })).toContain('webhook')
  })
})
