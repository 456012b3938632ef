import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { loggedExamples } from '#sources/github/examples.fixtures.ts'
import { contextWith } from '../context.fixtures.ts'
import { type GitCommit, implement, LoadFailure } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { load } from './loader.ts'
import CommitsView from './view.tsx'
import { commits } from './widget.ts'

const type = implement(commits, load)

function interestsOf(config: unknown) {
  return commits.interests(commits.config.parse(config))
}

describe('which events make it stale', () => {
  const url = 'https://github.com/Acme/api.git'
  const interests = interestsOf({ repository: url, refreshOn: ['deploy.*.api'] })

  test.each([
    { topic: 'github.acme.api.push.-' },
    { topic: 'git.push.anything', data: { repository: url } },
    { topic: 'deploy.prod.api' },
  ])('%j', (event) => {
    expect(matches(interests, event)).toBe(true)
  })

  test.each([
    { topic: 'github.acme.web.push.-' },
    { topic: 'github.acme.api.pull_request.opened' },
    { topic: 'git.push.anything', data: { repository: 'https://github.com/acme/web' } },
    { topic: 'git.push.anything', data: url },
    { topic: 'git.push.anything' },
    { topic: 'deploy.prod' },
    { topic: '' },
  ])('not %j', (event) => {
    expect(matches(interests, event)).toBe(false)
  })

  test('a path hears of its own pushes alone', () => {
    const own = interestsOf({ repository: '/srv/git/api.git' })
    expect(matches(own, { topic: 'git.push.api', data: { repository: '/srv/git/api.git' } })).toBe(true)
    expect(matches(own, { topic: 'git.push.api', data: { repository: '/srv/git/web.git' } })).toBe(false)
    expect(matches(own, { topic: 'github.srv.git.push.-' })).toBe(false)
  })

  test('one of GitHub’s own examples', () => {
    const [push] = loggedExamples('push')
    if (push === undefined) throw new Error('there is no example of a push')
    expect(matches(interestsOf({ repository: 'https://github.com/Codertocat/Hello-World' }), push)).toBe(true)
  })
})

test.each([
  ['no repository', {}],
  ['a name', { repository: 'api' }],
  ['http', { repository: 'http://github.com/acme/api' }],
  ['another program', { repository: 'ext::sh -c id' }],
  ['ssh', { repository: 'git@github.com:acme/api.git' }],
  ['a password', { repository: 'https://me:secret@github.com/acme/api' }],
  ['an option', { repository: '--upload-pack=id' }],
  ['a NUL', { repository: '/srv/git\0' }],
  ['an option as ref', { repository: '/srv/git', ref: '--output=/etc/passwd' }],
  ['a range', { repository: '/srv/git', ref: 'main..other' }],
  ['a path in a tree', { repository: '/srv/git', ref: 'main:file' }],
  ['too much', { repository: '/srv/git', limit: 51 }],
])('refuses %s as config', (_, config) => {
  expect(commits.config.safeParse(config).success).toBe(false)
})

test.each(['main', 'v1.2', 'feature/login#3', 'größer', '5779607b49aab1200488439f02372c57b4f75444'])(
  'takes %s as ref',
  (ref) => {
    expect(commits.config.safeParse({ repository: '/srv/git', ref }).success).toBe(true)
  },
)

test('what it listens to is no part of what it loads', () => {
  const config = { repository: '/srv/git', ref: 'main', limit: 3 }
  expect(type.params(type.parseConfig({ ...config, refreshOn: ['deploy.>'] }))).toEqual(config)
})

describe('the loader', () => {
  const commit: GitCommit = { hash: 'abc', author: 'Mona', time: 1, subject: 'Fix' }
  const run = async (repository: string) =>
    await type.load(
      type.params(type.parseConfig({ repository })),
      contextWith({ gitLog: async ({ limit }) => (limit === 10 ? [commit] : []) }),
    )

  test.each([
    ['https://github.com/acme/api.git', 'https://github.com/acme/api/commit/abc'],
    ['https://gitlab.com/acme/group/api/', 'https://gitlab.com/acme/group/api/-/commit/abc'],
    ['https://git.example.org/acme/api', undefined],
    ['/srv/git/api', undefined],
  ])('links the commits of %s to %s', async (repository, href) => {
    expect((await run(repository)).data).toEqual({
      commits: [{ ...commit, ...(href === undefined ? {} : { href }) }],
    })
  })

  test('shows no date that is to come, and says so', async () => {
    const gitLog = async () => [{ ...commit, time: Date.UTC(2099, 0, 1) }, commit]
    const params = type.params(type.parseConfig({ repository: '/srv/git' }))
    expect(await type.load(params, contextWith({ gitLog }))).toMatchObject({
      data: { commits: [expect.not.objectContaining({ time: expect.anything() }), { time: 1 }] },
      notes: ['Commit abc is shown without its date, which is to come: 2099-01-01.'],
    })
  })

  test('fails as git does', async () => {
    const gitLog = async () => Promise.reject(new LoadFailure('upstream', 'It has moved.'))
    const params = type.params(type.parseConfig({ repository: '/srv/git' }))
    await expect(type.load(params, contextWith({ gitLog }))).rejects.toMatchObject({ code: 'upstream' })
  })

  test('knows a repository without commits', async () => {
    const params = type.params(type.parseConfig({ repository: '/srv/git' }))
    expect((await type.load(params, contextWith({ gitLog: async () => [] }))).empty).toBe(true)
  })
})

describe('the view', () => {
  const [filled, empty] = commits.samples.map(({ config, data }) =>
    renderToStaticMarkup(
      <CommitsView config={commits.config.parse(config)} data={commits.data.parse(data)} />,
    ),
  )
  test('shows short hashes, with whole subjects and links within reach', () => {
    expect(filled).toContain('>5779607</code>')
    expect(filled).toContain('title="login: end the session everywhere at once"')
    expect(filled).toContain(
      'href="https://github.com/acme/api/commit/9049f1265b7d61be4a8904a9a27120d2064dab3b"',
    )
  })
  test('says so when there is none', () => {
    expect(empty).toContain('This repository has no commits yet.')
  })
})
