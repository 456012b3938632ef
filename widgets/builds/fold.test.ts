import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loggedDelivery, loggedExamples } from '#sources/github/examples.fixtures.ts'
import type { LoggedEvent } from '../define.ts'
import { ci, fold, iso, minute, noon, repository, states, workflowRun } from './events.fixtures.ts'
import { foldBuilds } from './fold.ts'
import { builds } from './widget.ts'

let ids = 0

function checkRun(run: Record<string, unknown>): LoggedEvent {
  return loggedDelivery(
    'check_run',
    { action: 'completed', repository, check_run: { check_suite: { head_branch: 'main' }, ...run } },
    { id: `check-${ids++}`, receivedAt: noon + 60 * minute },
  )
}

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
  expect(states(loggedExamples('workflow_run', 'check_run'))).toEqual([
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
