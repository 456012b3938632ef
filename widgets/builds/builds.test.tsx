import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { githubEvent, githubExamples } from '#sources/github/examples.fixtures.ts'
import { contextWith, logOf } from '../context.fixtures.ts'
import { implement, type LoggedEvent } from '../define.ts'
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
  return { id, source: 'ci', type: 'ci.web', topic: 'ci.web', time, receivedAt: noon + 60 * minute, data }
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
    { id: `run-${ids++}`, receivedAt: noon + 60 * minute },
  )
}

function checkRun(run: Record<string, unknown>): LoggedEvent {
  return githubEvent(
    'check_run',
    { action: 'completed', repository, check_run: { check_suite: { head_branch: 'main' }, ...run } },
    { id: `check-${ids++}`, receivedAt: noon + 60 * minute },
  )
}

const fold = (events: readonly LoggedEvent[], branches?: string[], repositories?: string[]) =>
  foldBuilds(events, { branches, repositories, limit: 100 }).data
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
  const { builds: jobs, counts } = foldBuilds(all, { limit: 4 }).data
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

test.each([
  ['release/*', 'release/1.2', true],
  ['release/*', 'release/1.2/fix', false],
  ['release/**', 'release/1.2/fix', true],
  ['release/*', 'main', false],
  ['*', 'main', true],
  ['*', 'feature/x', false],
  ['**', 'feature/x', true],
  ['v*.x', 'v1.x', true],
  ['v*.x', 'v1.y', false],
  ['main', 'main', true],
  ['main', 'mainly', false],
])('the pattern %s and the branch %s: %s', (pattern, branch, matches) => {
  expect(builds.config.safeParse({ branches: [pattern] }).success).toBe(true)
  expect(fold([ci({ job: 'web', branch, status: 'passed' })], [pattern]).builds).toHaveLength(matches ? 1 : 0)
})

test('a pattern of many stars takes no time', () => {
  const event = ci({ job: 'web', branch: 'a'.repeat(200), status: 'passed' })
  expect(fold([event], [`${'*a'.repeat(99)}*b`]).builds).toEqual([])
})

test('a rerun of the same number and attempt is running, failed before', () => {
  const at = (minutes: number) => ({ run_number: 7, run_attempt: 1, run_started_at: iso(minutes) })
  const failed = workflowRun({ ...at(0), status: 'completed', conclusion: 'failure' }, 0)
  const again = workflowRun({ ...at(5), status: 'in_progress', conclusion: null }, 5)
  expect(fold([failed, again]).builds).toMatchObject([{ state: 'running', before: 'failed' }])
  expect(fold([again, failed])).toEqual(fold([failed, again]))
  const early = [failed, again].map((event) => ({ ...event, receivedAt: noon - 60 * minute }))
  expect(fold(early).builds).toMatchObject([{ state: 'running', before: 'failed', time: noon - 60 * minute }])
})

test('a rerun that was given up before it began is the last', () => {
  const run = { run_number: 7, status: 'completed' }
  const failed = workflowRun({ ...run, conclusion: 'failure', run_started_at: iso(0), updated_at: iso(3) })
  const given = workflowRun({ ...run, conclusion: 'cancelled', run_started_at: null, updated_at: iso(5) })
  expect(states([failed, given])).toEqual(['CI main cancelled'])
  expect(states([given, failed])).toEqual(['CI main cancelled'])
})

describe('branches that are no more', () => {
  const run = { run_number: 1, run_started_at: iso(0), status: 'completed', conclusion: 'failure' }
  const deleted = (ref: string, minutes: number) =>
    githubEvent(
      'delete',
      { repository, ref, ref_type: 'branch' },
      { id: `gone-${ids++}`, time: noon + minutes * minute },
    )

  test('take their jobs with them, also those that end later', () => {
    const late = workflowRun({ ...run, head_branch: 'try' }, 9)
    expect(states([late, workflowRun(run), deleted('try', 5)])).toEqual(['CI main failed'])
  })

  test('may be made anew', () => {
    const again = workflowRun({ ...run, head_branch: 'try', run_number: 2, run_started_at: iso(6) }, 9)
    expect(states([again, deleted('try', 5), deleted('try', 1)])).toEqual(['CI try failed'])
  })

  test('of a merge queue are one', () => {
    const queued = (pull: number, conclusion: string, minutes: number) =>
      workflowRun(
        {
          ...run,
          run_number: pull,
          conclusion,
          head_branch: `gh-readonly-queue/main/pr-${pull}-${'ab'.repeat(20)}`,
        },
        minutes,
      )
    expect(states([queued(1, 'failure', 0), queued(2, 'success', 5)])).toEqual([
      'CI merge queue of main passed',
    ])
  })
})

describe('a repository that was renamed', () => {
  const run = { run_number: 1, status: 'completed', conclusion: 'failure' }
  const renamed = (at = 5) =>
    githubEvent(
      'repository',
      {
        action: 'renamed',
        changes: { repository: { name: { from: 'api' } } },
        repository: { full_name: 'acme/new' },
      },
      { id: `renamed-${ids++}`, time: noon + at * minute },
    )

  test('is followed where its new name is shown too', () => {
    expect(fold([workflowRun(run), renamed()], undefined, ['acme/*']).builds).toMatchObject([
      { repository: 'acme/new', state: 'failed' },
    ])
  })

  test('leaves no job behind where it is not, and the card says so', () => {
    const data = fold([workflowRun(run), renamed()], undefined, ['acme/api'])
    expect(data).toMatchObject({ builds: [], moved: [{ from: 'acme/api', to: 'acme/new' }] })
    const html = renderToStaticMarkup(<BuildsView config={builds.config.parse({})} data={data} />)
    expect(html).toContain('acme/api is now acme/new: name that in the settings of this card.')
  })

  test('may give its name to another one', () => {
    expect(states([workflowRun({ ...run, run_number: 2 }, 9), renamed()])).toEqual(['CI main failed'])
  })
})

test('a repository that is made anew at once is not told as deleted, though its own time is before the other’s arrival', () => {
  const told = (action: string, at: number, receivedAt: number) =>
    githubEvent(
      'repository',
      { action, repository: { full_name: 'acme/api' } },
      { id: `${action}-${ids++}`, time: noon + at, receivedAt: noon + receivedAt },
    )
  const deleted = told('deleted', 2000, 2000)
  expect(fold([deleted], undefined, ['acme/api']).moved).toEqual([{ from: 'acme/api' }])
  expect(fold([told('created', 1000, 2500), deleted], undefined, ['acme/api']).moved).toBeUndefined()
})

describe('commit statuses', () => {
  const status = (state: string, minutes: number, fields: Record<string, unknown> = {}) =>
    githubEvent(
      'status',
      {
        ...{ repository, id: minutes, sha: 'abc', context: 'ci/jenkins', state, updated_at: iso(minutes) },
        ...{ branches: [{ name: 'main' }], target_url: 'https://ci.example/1', ...fields },
      },
      { id: `status-${ids++}`, receivedAt: noon + 60 * minute },
    )

  test('are jobs of the branches that the commit heads', () => {
    const branches = [{ name: 'main' }, { name: 'release/1' }]
    expect(states([status('pending', 0), status('error', 3, { branches })])).toEqual([
      'ci/jenkins main failed',
      'ci/jenkins release/1 failed',
    ])
  })

  test('end what they began, though the branch has moved on', () => {
    expect(states([status('pending', 0), status('success', 3, { branches: [] })])).toEqual([
      'ci/jenkins main passed',
    ])
  })
})

test.each([
  ...['success', 'succeeded', 'SUCCESS', 'ok', 'Passed', 'neutral'].map((word) => [word, 'passed']),
  ...['failure', 'error', 'errored', 'broken', 'timed_out', 'timeout', 'timed out'].map((word) => [
    word,
    'failed',
  ]),
  ...['canceled', 'cancelled', 'aborted'].map((word) => [word, 'cancelled']),
  ...['in_progress', 'in-progress', 'inProgress', 'started', 'building'].map((word) => [word, 'running']),
  ...['pending', 'waiting', 'created', 'scheduled'].map((word) => [word, 'queued']),
  ...['skipped', 'NOT_BUILT'].map((word) => [word, 'skipped']),
])('the status %s is %s', (status, state) => {
  expect(states([ci({ job: 'web', status })])).toEqual([`web ${state}`])
})

test('a status that leaves it to a conclusion is that', () => {
  expect(states([ci({ job: 'web', status: 'completed', conclusion: 'failure' })])).toEqual(['web failed'])
})

test('what is passed over is said, and how often', () => {
  const bad = [
    ci({ job: 'a', status: 'exploded' }),
    ci({ job: 'b', status: 'exploded' }),
    ci({ status: 'passed' }),
  ]
  const { notes } = foldBuilds([...bad, ci({ job: 'web', status: 'passed' })], { limit: 9 })
  expect(notes).toEqual([
    '2 events were passed over: the status “exploded” is not known here.',
    '1 event was passed over: no job.',
  ])
})

test('a time that cannot be pins no job, and is said', () => {
  const future = ci({ job: 'web', status: 'failed', finishedAt: '2099-01-01T00:00:00Z' }, noon - 2 * minute)
  const held = { ...future, receivedAt: noon - 2 * minute }
  const passed = ci({ job: 'web', status: 'passed', finishedAt: iso(-1) })
  const { data, notes } = foldBuilds([held, passed], { limit: 9 })
  expect(data.builds).toMatchObject([{ state: 'passed' }])
  expect(notes).toEqual(['1 event tells a time that cannot be, and counts as of its arrival.'])
})

test('seconds are told from milliseconds', () => {
  const data = { job: 'web', status: 'passed', startedAt: noon / 1000 - 60, finishedAt: noon / 1000 }
  expect(fold([ci(data)]).builds).toMatchObject([{ startedAt: noon - minute, finishedAt: noon, time: noon }])
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

describe('who may publish to other topics than GitHub’s', () => {
  const failed = workflowRun({
    status: 'completed',
    conclusion: 'failure',
    run_number: 1,
    head_branch: 'dev',
  })
  const published = (topic: string, data: LoggedEvent['data']): LoggedEvent => ({
    ...ci(data, noon + 30 * minute),
    topic,
  })
  const rename = { event: 'repository', repository: { full_name: 'evil/api' } }

  test.each<[string, LoggedEvent['data']]>([
    ['ci.x.repository.deleted', { event: 'repository', action: 'deleted', repository }],
    ['github.acme.web.repository.deleted', { event: 'repository', action: 'deleted', repository }],
    ['ci.delete.x', { event: 'delete', ref: 'dev', ref_type: 'branch', repository }],
    ['github.acme.web.delete.-', { event: 'delete', ref: 'dev', ref_type: 'branch', repository }],
    [
      'ci.y.repository.transferred',
      { ...rename, action: 'transferred', changes: { owner: { from: { user: { login: 'acme' } } } } },
    ],
    [
      'github.acme.web.workflow_run.completed',
      {
        ...{ event: 'workflow_run', repository, workflow: { name: 'CI' } },
        workflow_run: {
          ...{ name: 'CI', workflow_id: 7, run_number: 2, status: 'completed', conclusion: 'success' },
          ...{ head_branch: 'dev', updated_at: iso(1) },
        },
      },
    ],
  ])('takes no job of GitHub’s away, nor says how it ended: %s', (topic, data) => {
    expect(fold([failed, published(topic, data)]).builds).toMatchObject([
      { job: 'CI', state: 'failed', repository: 'acme/api', branch: 'dev' },
    ])
  })

  test('puts no job in the place of one, whatever it is called', () => {
    const other = ci({ job: '7', repository: 'acme/api', branch: 'dev', status: 'passed' })
    expect(states([failed, other])).toEqual(['CI dev failed', '7 dev passed'])
  })

  test('writes one line', () => {
    expect(states([ci({ job: 'a\nb\r\n c', status: 'passed' })])).toEqual(['a b c passed'])
  })
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
