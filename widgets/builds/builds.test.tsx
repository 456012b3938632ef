import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { contextWith, logOf } from '../context.fixtures.ts'
import { implement } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { ci, noon } from './events.fixtures.ts'
import { load } from './loader.ts'
import BuildsView from './view.tsx'
import { builds } from './widget.ts'

const type = implement(builds, load)

describe('which events make it stale', () => {
  const interests = builds.interests(
    builds.config.parse({ repositories: ['Acme/api.js', 'other/*'], topics: ['build.*.done'] }),
  )
  test.each([
    'github.acme.api%2Ejs.workflow_run.completed',
    'github.acme.api%2Ejs.check_run.created',
    'github.other.anything.workflow_run.requested',
    'github.acme.api%2Ejs.status.-',
    'github.acme.api%2Ejs.delete.-',
    'github.acme.new-name.repository.renamed',
    'github.elsewhere.api%2Ejs.repository.transferred',
    'build.web.done',
  ])('%s', (topic) => {
    expect(matches(interests, { topic })).toBe(true)
  })
  test.each([
    'github.acme.web.workflow_run.completed',
    'github.acme.api%2Ejs.push.-',
    'github.acme.api%2Ejs.workflow_run',
    'github.other',
    'build.web.started',
    'ci.web',
    '',
  ])('not %s', (topic) => {
    expect(matches(interests, { topic })).toBe(false)
  })

  test('without any config, every repository and ci.>', () => {
    const all = builds.interests(builds.config.parse({}))
    expect(matches(all, { topic: 'github.a.b.workflow_run.completed' })).toBe(true)
    expect(matches(all, { topic: 'ci.web.test' })).toBe(true)
    expect(matches(all, { topic: 'deploy.web' })).toBe(false)
  })
})

test.each([
  ['nothing to show', { repositories: [], topics: [] }],
  ['no repository', { repositories: ['acme'] }],
  ['a way out', { repositories: ['acme/..'] }],
  ['another way out', { repositories: ['../api'] }],
  ['no pattern', { topics: ['ci.>.web'] }],
  ['too much', { limit: 101 }],
  ['a branch with a blank', { branches: ['release 1'] }],
  ['a branch with a bracket', { branches: ['release/[12]'] }],
  ['a branch with a question mark', { branches: ['release/?'] }],
  ['an unknown field', { branch: 'main' }],
])('refuses %s as config', (_, config) => {
  expect(builds.config.safeParse(config).success).toBe(false)
})

describe('the loader', () => {
  test('asks for workflow runs, check runs and other topics apart, within its interests', async () => {
    const asked: unknown[] = []
    const config = type.parseConfig({ repositories: ['acme/*'], topics: ['ci.web'] })
    const loaded = await type.load(
      type.params(config),
      contextWith({
        events: async (query) => {
          asked.push(query)
          return { events: [ci({ job: 'web', status: 'failed' })], more: false }
        },
      }),
    )
    expect(asked).toEqual([
      { topics: ['github.acme.*.workflow_run.>'], limit: 500 },
      { topics: ['github.acme.*.check_run.>'], limit: 500 },
      { topics: ['github.acme.*.status.>'], limit: 500 },
      { topics: ['github.acme.*.delete.>'], limit: 500 },
      { topics: ['github.acme.*.repository.>', 'github.*.*.repository.transferred'], limit: 500 },
      { topics: ['ci.web'], limit: 500 },
    ])
    expect(loaded).toMatchObject({ empty: false, data: { builds: [{ job: 'web', state: 'failed' }] } })
  })

  test('reads on, and says where it stopped', async () => {
    const log = Array.from({ length: 2_500 }, (_, n) => ({
      ...ci({ job: `job-${n}`, status: 'passed' }),
      ...{ id: String(n), receivedAt: noon - n * 1000 },
    }))
    const load = (count: number) =>
      type.load(
        type.params(type.parseConfig({ repositories: [] })),
        contextWith({
          events: async ({ before, limit }) => {
            const from = before === undefined ? 0 : Number(before.id) + 1
            const to = Math.min(count, from + limit)
            return { events: log.slice(from, to), more: to < count }
          },
        }),
      )
    expect((await load(1_900)).data).toMatchObject({ counts: { passed: 1_900 } })
    expect(await load(2_500)).toMatchObject({
      data: { counts: { passed: 2_000 }, since: noon - 1_999_000 },
      notes: [expect.stringContaining('not run since 2026-01-15T11:26:41.000Z may be missing')],
    })
  })

  test('says where it stopped when large events filled a reading', async () => {
    const failed = { ...ci({ job: 'web', status: 'failed' }), id: 'failed', receivedAt: noon }
    const events = async () => ({ events: [failed], more: true })
    expect(
      await type.load(type.params(type.parseConfig({ repositories: [] })), contextWith({ events })),
    ).toMatchObject({
      data: { since: noon },
      notes: [expect.stringContaining('not run since 2026-01-15T12:00:00.000Z may be missing')],
    })
  })

  test('fails when the event log does', async () => {
    const events = async () => Promise.reject(new Error('the log is away'))
    await expect(type.load(type.params(type.parseConfig({})), contextWith({ events }))).rejects.toThrow(
      'away',
    )
  })

  test('knows an empty result', async () => {
    const loaded = await type.load(type.params(type.parseConfig({})), contextWith({ events: logOf() }))
    expect(loaded.empty).toBe(true)
  })
})

describe('the view', () => {
  const [filled, empty] = builds.samples.map(({ config, data }) =>
    renderToStaticMarkup(<BuildsView config={builds.config.parse(config)} data={builds.data.parse(data)} />),
  )
  test('shows each job with its state in words and its link', () => {
    expect(filled).toContain('href="https://github.com/acme/api/actions/runs/412"')
    expect(filled).toContain('running, passed before')
    expect(filled).toContain('acme/api · main · #412 · 4 min')
    expect(filled?.indexOf('CI')).toBeLessThan(filled?.indexOf('Pages') ?? 0)
  })
  test('says so when there is nothing', () => {
    expect(empty).toContain('No builds have been reported yet.')
  })
})
