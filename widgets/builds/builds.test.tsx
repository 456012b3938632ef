import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { contextWith } from '../context.fixtures.ts'
import { implement, type LoggedEvent } from '../define.ts'
import { githubEvent, githubExamples } from '../github.fixtures.ts'
import { matches } from '../interest.fixtures.ts'
import { duration } from './duration.ts'
import { foldBuilds } from './fold.ts'
import { load } from './loader.ts'
import BuildsView from './view.tsx'
import { builds } from './widget.ts'

const type = implement(builds, load)
const noon = Date.UTC(2026, 0, 15, 12)
const minute = 60_000
const repository = { full_name: 'acme/api', default_branch: 'main' }

function iso(minutes: number): string {
  return new Date(noon + minutes * minute).toISOString()
}

let ids = 0
function ci(data: LoggedEvent['data'], time = noon): LoggedEvent {
  const id = `ci-${ids++}`
  return { id, source: 'ci', type: 'ci.web', topic: 'ci.web', time, receivedAt: noon, data }
}

function workflowRun(run: Record<string, unknown>, at = 0): LoggedEvent {
  return githubEvent(
    'workflow_run',
    {
      action: String(run.status),
      repository,
      workflow: { name: 'CI' },
      workflow_run: { name: 'CI', workflow_id: 7, head_branch: 'main', updated_at: iso(at), ...run },
    },
    { id: `run-${ids++}` },
  )
}

function checkRun(run: Record<string, unknown>): LoggedEvent {
  return githubEvent(
    'check_run',
    { action: 'completed', repository, check_run: { check_suite: { head_branch: 'main' }, ...run } },
    { id: `check-${ids++}` },
  )
}

const fold = (events: readonly LoggedEvent[], branches?: string[]) =>
  foldBuilds(events, { branches, limit: 100 })
const states = (events: readonly LoggedEvent[]) =>
  fold(events).builds.map(({ job, branch, state }) => [job, branch, state].filter(Boolean).join(' '))

describe('which events make it stale', () => {
  const interests = builds.interests(
    builds.config.parse({ repositories: ['Acme/api.js', 'other/*'], topics: ['build.*.done'] }),
  )
  test.each([
    'github.acme.api%2Ejs.workflow_run.completed',
    'github.acme.api%2Ejs.check_run.created',
    'github.other.anything.workflow_run.requested',
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
  ['an unknown field', { branch: 'main' }],
])('refuses %s as config', (_, config) => {
  expect(builds.config.safeParse(config).success).toBe(false)
})

describe('one job', () => {
  test('is what its last run says, though older deliveries come later', () => {
    const late = workflowRun({ run_number: 3, status: 'completed', conclusion: 'failure' }, 1)
    const done = workflowRun({ run_number: 4, status: 'completed', conclusion: 'success' }, 5)
    const started = workflowRun({ run_number: 4, status: 'in_progress' }, 4)
    expect(states([done, started, late])).toEqual(['CI main passed'])
  })

  test('is what its last attempt says', () => {
    const first = workflowRun(
      { run_number: 3, run_attempt: 1, status: 'completed', conclusion: 'failure' },
      9,
    )
    const second = workflowRun({ run_number: 3, run_attempt: 2, status: 'in_progress' }, 9)
    expect(fold([second, first]).builds).toMatchObject([
      { state: 'running', before: 'failed', version: '#3' },
    ])
  })

  test('has ended in the second in which it began', () => {
    const began = workflowRun({ run_number: 3, status: 'in_progress' })
    const ended = workflowRun({ run_number: 3, status: 'completed', conclusion: 'cancelled' })
    expect(states([ended, began])).toEqual(['CI main cancelled'])
  })

  test('stands apart per branch, and a fork’s main branch is not ours', () => {
    const run = { status: 'completed', run_number: 1 }
    expect(
      states([
        workflowRun({ ...run, conclusion: 'success' }),
        workflowRun({ ...run, conclusion: 'failure', run_number: 2, event: 'pull_request' }),
        workflowRun({ ...run, conclusion: 'timed_out', run_number: 3, head_branch: 'try' }, 1),
      ]),
    ).toEqual(['CI try failed', 'CI main of a fork failed', 'CI main passed'])
  })

  test('waits while somebody has to approve it', () => {
    expect(
      states([workflowRun({ run_number: 1, status: 'completed', conclusion: 'action_required' })]),
    ).toEqual(['CI main queued'])
  })

  test('that ended in a way nobody knows has failed', () => {
    expect(states([workflowRun({ run_number: 1, status: 'completed', conclusion: 'constructor' })])).toEqual([
      'CI main failed',
    ])
  })

  test('told by check runs, is the last of them', () => {
    const old = { id: 1, name: 'lint', status: 'completed', conclusion: 'failure', started_at: iso(0) }
    const current = { id: 2, name: 'lint', status: 'in_progress', started_at: iso(3) }
    expect(fold([checkRun(current), checkRun(old)]).builds).toMatchObject([
      { state: 'running', before: 'failed' },
    ])
    const again = { ...old, conclusion: 'success', started_at: iso(5), completed_at: iso(6) }
    expect(states([checkRun(again), checkRun(old)])).toEqual(['lint main passed'])
  })

  test('of a workflow is told once, by its workflow run', () => {
    const check = {
      id: 1,
      name: 'test (20)',
      status: 'completed',
      conclusion: 'failure',
      app: { slug: 'github-actions' },
    }
    const run = workflowRun({ run_number: 1, status: 'completed', conclusion: 'failure' })
    expect(states([checkRun(check)])).toEqual(['test (20) main failed'])
    expect(states([checkRun(check), run])).toEqual(['CI main failed'])
    expect(states([checkRun({ ...check, app: { slug: 'other' } }), run])).toHaveLength(2)
  })

  test('told by plain events, goes by when each state was reached', () => {
    const started = ci({ job: 'web', status: 'running', startedAt: iso(0) }, noon + 9 * minute)
    const passed = ci({ job: 'web', status: 'passed', startedAt: iso(0), finishedAt: iso(5), version: 1.4 })
    expect(fold([passed, started]).builds).toEqual([
      {
        id: '\nweb\n',
        job: 'web',
        state: 'passed',
        version: '1.4',
        startedAt: noon,
        finishedAt: noon + 5 * minute,
        time: noon + 5 * minute,
      },
    ])
    expect(states([ci({ job: 'web', status: 'failed' }, noon + 6 * minute), passed, started])).toEqual([
      'web failed',
    ])
  })
})

test('failing jobs come first, then running ones, then the rest, each newest first', () => {
  const all = ['passed', 'cancelled', 'queued', 'failed', 'running', 'failed'].map((status, index) =>
    ci({ job: `${status}-${index}`, status }, noon + index),
  )
  const { builds: jobs, counts } = foldBuilds(all, { limit: 4 })
  expect(jobs.map(({ job }) => job)).toEqual(['failed-5', 'failed-3', 'running-4', 'queued-2'])
  expect(counts).toEqual({ failed: 2, running: 1, queued: 1, passed: 1, cancelled: 1, skipped: 0 })
})

test('shows the branches that are asked for, and what has no branch', () => {
  const events = ['main', 'try', null].map((branch) => ci({ job: `on ${branch}`, branch, status: 'passed' }))
  expect(
    fold(events, ['main'])
      .builds.map(({ job }) => job)
      .toSorted(),
  ).toEqual(['on main', 'on null'])
})

test.each<[string, LoggedEvent['data']]>([
  ['nothing', null],
  ['a text', 'passed'],
  ['a list', [{ job: 'web', status: 'passed' }]],
  ['no job', { status: 'passed' }],
  ['an empty job', { job: '  ', status: 'passed' }],
  ['an unknown status', { job: 'web', status: 'exploded' }],
])('an event with %s is left out', (_, data) => {
  const good = ci({ job: 'api', status: 'passed' })
  const asWorkflow = { ...ci(data), topic: 'github.acme.api.workflow_run.completed' }
  const asCheck = { ...ci(data), topic: 'github.acme.api.check_run.completed' }
  expect(states([ci(data), good, asWorkflow, asCheck])).toEqual(['api passed'])
})

test('what only decorates is left out when it is wrong', () => {
  const data = {
    job: 'web',
    status: 'passed',
    url: 'javascript:alert(1)',
    branch: 7,
    startedAt: 'soon',
    version: [],
  }
  expect(fold([ci(data)]).builds).toEqual([{ id: '\nweb\n', job: 'web', state: 'passed', time: noon }])
})

test('GitHub’s own examples', () => {
  expect(states(githubExamples('workflow_run', 'check_run'))).toEqual([
    'API Review miniak/event-process-id running',
    'Manually triggered workflow main queued',
    'test master passed',
    'Octocoders-linter changes passed',
    'randscape master passed',
  ])
})

test('any order of the deliveries, and any repeats, give the same data', () => {
  const runs = fc.record({
    run_number: fc.integer({ min: 1, max: 3 }),
    run_attempt: fc.integer({ min: 1, max: 2 }),
    status: fc.constantFrom('queued', 'in_progress', 'completed'),
    conclusion: fc.constantFrom(null, 'success', 'failure', 'skipped'),
    head_branch: fc.constantFrom('main', 'try', null),
  })
  const checks = fc.record({
    id: fc.integer({ min: 1, max: 3 }),
    name: fc.constantFrom('lint', 'test'),
    status: fc.constantFrom('queued', 'in_progress', 'completed'),
    conclusion: fc.constantFrom(null, 'success', 'failure'),
    started_at: fc.constantFrom(iso(0), iso(1), null),
    app: fc.constantFrom({ slug: 'github-actions' }, { slug: 'other' }, {}),
  })
  const plain = fc.record({
    job: fc.constantFrom('web', 'api'),
    status: fc.constantFrom('queued', 'running', 'passed', 'failed', 'cancelled'),
    finishedAt: fc.constantFrom(iso(0), iso(1), null),
  })
  const event = fc.oneof(
    fc.tuple(runs, fc.integer({ min: 0, max: 2 })).map(([run, at]) => workflowRun(run, at)),
    checks.map(checkRun),
    fc.tuple(plain, fc.integer({ min: 0, max: 2 })).map(([data, at]) => ci(data, noon + at)),
    fc.jsonValue().map((data) => ci(data as LoggedEvent['data'])),
  )
  fc.assert(
    fc.property(
      fc
        .array(event, { size: 'max', maxLength: 30 })
        .chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
          ),
        ),
      ([events, delivered]) => {
        expect(fold(delivered)).toEqual(fold(events))
      },
    ),
    { numRuns: 300 },
  )
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
          return [ci({ job: 'web', status: 'failed' })]
        },
      }),
    )
    expect(asked).toEqual([
      { topics: ['github.acme.*.workflow_run.>'], limit: 500 },
      { topics: ['github.acme.*.check_run.>'], limit: 500 },
      { topics: ['ci.web'], limit: 500 },
    ])
    expect(loaded).toMatchObject({ empty: false, data: { builds: [{ job: 'web', state: 'failed' }] } })
  })

  test('fails when the event log does', async () => {
    const events = async () => Promise.reject(new Error('the log is away'))
    await expect(type.load(type.params(type.parseConfig({})), contextWith({ events }))).rejects.toThrow(
      'away',
    )
  })

  test('knows an empty result', async () => {
    const loaded = await type.load(type.params(type.parseConfig({})), contextWith({ events: async () => [] }))
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

test.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [3_600_000, '1 h'],
  [90_061_000, '25 h 1 min'],
  [192_000, '3 min 12 s'],
  [-1000, ''],
])('%d ms are %s', (span, text) => {
  expect(duration(span)).toBe(text)
})
