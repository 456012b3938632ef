import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loggedExamples } from '#sources/github/examples.fixtures.ts'
import type { Json } from '../define.ts'
import { github, minute, noon, plain, pull, push, read } from './events.fixtures.ts'
import { joinLines } from './join.ts'
import { activity } from './widget.ts'

describe('bursts are joined', () => {
  test('of pushes by one person', () => {
    const pushes = [1, 9, 20].map((minutes) => github('push', { ...push, commits: [{}, {}] }, minutes))
    const hubot = github('push', { ...push, commits: [{}, {}], sender: { login: 'hubot' } }, 5)
    expect(read(...pushes, hubot)).toEqual([
      '3 pushes to acme/api by octocat',
      'hubot pushed 2 commits to main in acme/api',
    ])
  })

  test('but not over more than an hour', () => {
    const pushes = [0, 59, 61, 130].map((minutes) => github('push', { ...push, commits: [{}, {}] }, minutes))
    expect(read(...pushes)).toEqual([
      '2 pushes to acme/api by octocat',
      'octocat pushed 2 commits to main in acme/api',
      'octocat pushed 2 commits to main in acme/api',
    ])
  })

  test('of changes to one pull request, not of its opening', () => {
    const change = (action: string, minutes: number) =>
      github('pull_request', { action, pull_request: pull }, minutes)
    expect(read(change('labeled', 1), change('assigned', 2), change('opened', 3))).toEqual([
      '2 changes to pull request #3 Fix login in acme/api by octocat',
      'octocat opened pull request #3 Fix login in acme/api',
    ])
  })

  test('of checks of one commit', () => {
    const check = (name: string, head_sha: string) =>
      github('check_run', { check_run: { name, head_sha, status: 'completed', conclusion: 'success' } })
    expect(read(check('lint', 'a'), check('test', 'a'), check('lint', 'b')).toSorted()).toEqual([
      '2 checks passed in acme/api',
      'lint passed in acme/api',
    ])
  })

  test('of one topic, with the last told', () => {
    const deploy = (version: string, minutes: number) =>
      plain('deploy.prod.web', { version }, { time: noon - minutes * minute })
    expect(read(deploy('1.3', 9), deploy('1.4', 2), deploy('1.2', 20))).toEqual([
      'web was deployed to prod 3 times, last 1.4',
    ])
  })

  test('of one build into its last word', () => {
    const build = (status: string, minutes: number, url = 'https://ci.example/1') =>
      plain('ci.web', { job: 'web', status, url }, { time: noon - minutes * minute })
    expect(read(build('queued', 9), build('passed', 2), build('running', 5))).toEqual(['web passed'])
    expect(read(build('failed', 9), build('passed', 2, 'https://ci.example/2'))).toEqual([
      'web passed',
      'web failed',
    ])
  })
})

describe('one thing is one line', () => {
  const cases = 'refs/heads/feature/x'
  const made = (event: string, payload: Record<string, unknown>, minutes: number) =>
    github(event, { ref: 'feature/x', ref_type: 'branch', ...payload }, minutes)

  test('a branch that is made, of which GitHub tells as create and as push', () => {
    const create = made('create', {}, 9)
    const push = made('push', { ref: cases, created: true, deleted: false, commits: [] }, 8)
    expect(read(create, push)).toEqual(['octocat created branch feature/x in acme/api'])
    const full = made('push', { ref: cases, created: true, commits: [{}, {}] }, 10)
    expect(read(create, full)).toEqual(['octocat created branch feature/x with 2 commits in acme/api'])
  })

  test('one that is deleted, and a tag', () => {
    const gone = [made('delete', {}, 9), made('push', { ref: cases, deleted: true, commits: [] }, 8)]
    expect(read(...gone)).toEqual(['octocat deleted branch feature/x in acme/api'])
    const tag = [
      made('create', { ref: 'v1', ref_type: 'tag' }, 3),
      made('push', { ref: 'refs/tags/v1', created: true, commits: [] }, 3),
    ]
    expect(read(...tag)).toEqual(['octocat created tag v1 in acme/api'])
  })

  test('a release, however often it is told', () => {
    const release = (action: string, minutes: number) =>
      github('release', { action, release: { tag_name: 'v1', name: 'Spring' } }, minutes)
    expect(
      read(
        release('published', 3),
        release('prereleased', 2),
        release('released', 1),
        release('published', 0),
      ),
    ).toEqual(['octocat published release Spring of acme/api'])
  })

  test('of checks of one commit says which failed, and leads there', () => {
    const check = (name: string, conclusion: string, minutes = 0) =>
      github(
        'check_run',
        {
          check_run: {
            ...{
              name,
              conclusion,
              status: 'completed',
              head_sha: 'abc',
              check_suite: { head_branch: 'main' },
            },
            html_url: `https://github.com/acme/api/runs/${encodeURIComponent(name)}`,
          },
        },
        minutes,
      )
    const events = [
      check('build (ubuntu, 18)', 'success'),
      check('build (windows, 18)', 'failure', 1),
      check('build (macos, 20)', 'success'),
    ]
    expect(read(...events)).toEqual(['1 of 3 checks failed on main in acme/api: build (windows, 18)'])
    expect(joinLines(events, 1)[0]?.href).toContain('windows')
    const again = check('build (windows, 18)', 'success', -1)
    expect(read(...events, again)).toEqual(['3 checks passed on main in acme/api'])
  })

  test('of commit statuses too', () => {
    const status = (context: string, state: string) =>
      github('status', { context, state, sha: 'abc', target_url: 'https://ci.example/1' })
    expect(read(status('a', 'success'), status('b', 'failure'), status('c', 'success'))).toEqual([
      '1 of 3 checks failed in acme/api: b',
    ])
  })

  test('of twelve jobs that passed, with what failed beside it', () => {
    const jobs = Array.from({ length: 12 }, (_, n) =>
      plain(
        'ci.jobs',
        { job: `job-${n}`, status: n === 5 ? 'failure' : 'success', branch: 'main' },
        { time: noon - n },
      ),
    )
    expect(read(...jobs)).toEqual([
      '11 jobs passed on main: job-0, job-1, job-2 and 8 more',
      'job-5 failed on main',
    ])
  })
})

test('an event from the future stands where it came in', () => {
  const future = plain('a', null, { time: noon + 1e9, receivedAt: noon - minute })
  expect(joinLines([future, plain('b', null)], 9).map(({ topic, time }) => [topic, time])).toEqual([
    ['b', noon],
    ['a', noon - minute],
  ])
})

test('any order of the events, and any repeats, give the same lines', () => {
  const examples = loggedExamples('push', 'pull_request', 'check_run', 'issues', 'star', 'status')
  const time = fc.integer({ min: 0, max: 180 }).map((minutes) => noon - minutes * minute)
  const event = fc.oneof(
    fc.tuple(fc.constantFrom(...examples), time, fc.integer({ min: 0, max: 9 })).map(([example, at, id]) => ({
      ...example,
      time: at,
      id: `${example.id} ${at} ${id}`,
    })),
    fc
      .tuple(fc.constantFrom('deploy.web', 'ci.web', 'github.a.b.push.-'), fc.jsonValue(), time)
      .map(([topic, data, at]) => plain(topic, data as Json, { time: at })),
  )
  fc.assert(
    fc.property(
      fc
        .array(event, { size: 'max', maxLength: 40 })
        .chain((events) =>
          fc.tuple(
            fc.constant(events),
            fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 }),
          ),
        ),
      ([events, delivered]) => {
        const lines = joinLines(delivered, 20)
        expect(lines).toEqual(joinLines(events, 20))
        expect(activity.data.parse({ lines })).toEqual({ lines })
      },
    ),
    { numRuns: 300 },
  )
})
