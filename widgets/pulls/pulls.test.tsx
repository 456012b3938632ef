import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { loggedDelivery } from '#sources/github/examples.fixtures.ts'
import { contextWith, logOf } from '../context.fixtures.ts'
import { implement, type LoadContext } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { at, delivery, foldPulls, noon, request } from './deliveries.fixtures.ts'
import { load } from './loader.ts'
import PullsView from './view.tsx'
import { pulls } from './widget.ts'

const type = implement(pulls, load)

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
    const renamed = loggedDelivery(
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
