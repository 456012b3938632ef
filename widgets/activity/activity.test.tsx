import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { contextWith } from '../context.fixtures.ts'
import { implement, type Json, type LoggedEvent } from '../define.ts'
import { githubEvent, githubExamples } from '../github.fixtures.ts'
import { matches } from '../interest.fixtures.ts'
import { joinLines } from './join.ts'
import { load } from './loader.ts'
import ActivityView from './view.tsx'
import { activity } from './widget.ts'

const type = implement(activity, load)
const noon = Date.UTC(2026, 0, 15, 12)
const minute = 60_000
const acme = { full_name: 'acme/api', html_url: 'https://github.com/acme/api' }

let ids = 0
function plain(topic: string, data: Json, fields: Partial<LoggedEvent> = {}): LoggedEvent {
  return { id: `${ids++}`, source: 'test', type: topic, topic, time: noon, receivedAt: noon, data, ...fields }
}

function github(event: string, payload: Record<string, unknown>, minutes = 0, id = `${ids++}`): LoggedEvent {
  return githubEvent(
    event,
    { repository: acme, sender: { login: 'octocat' }, ...payload },
    { id, time: noon - minutes * minute },
  )
}

/** The lines as they are read. */
function read(...events: LoggedEvent[]): string[] {
  return joinLines(events, 100).map(({ actor, text }) => (actor === undefined ? text : `${actor} ${text}`))
}

describe('which events make it stale', () => {
  const interests = activity.interests(activity.config.parse({ topics: ['deploy.*.web', 'github.acme.>'] }))
  test.each(['deploy.prod.web', 'github.acme.api.push.-'])('%s', (topic) => {
    expect(matches(interests, { topic })).toBe(true)
  })
  test.each(['deploy.prod.api', 'deploy.prod.web.done', 'github.acme', ''])('not %s', (topic) => {
    expect(matches(interests, { topic })).toBe(false)
  })
  test('without any config, every one', () => {
    expect(matches(activity.interests(activity.config.parse({})), { topic: 'a' })).toBe(true)
  })
})

test.each([
  ['no topics', { topics: [] }],
  ['no pattern', { topics: ['a..b'] }],
  ['too much', { limit: 101 }],
  ['nothing', { limit: 0 }],
])('refuses %s as config', (_, config) => {
  expect(activity.config.safeParse(config).success).toBe(false)
})

const pull = { number: 3, title: 'Fix login', html_url: 'https://github.com/acme/api/pull/3' }
const push = { ref: 'refs/heads/main', compare: 'https://github.com/acme/api/compare/1...2' }

test.each<[string, string, Record<string, unknown>]>([
  [
    'octocat opened pull request #3 Fix login in acme/api',
    'pull_request',
    { action: 'opened', pull_request: pull },
  ],
  [
    'octocat merged pull request #3 Fix login in acme/api',
    'pull_request',
    { action: 'closed', pull_request: { ...pull, merged: true } },
  ],
  [
    'octocat marked pull request #3 Fix login as ready for review in acme/api',
    'pull_request',
    { action: 'ready_for_review', pull_request: pull },
  ],
  [
    'octocat approved pull request #3 Fix login in acme/api',
    'pull_request_review',
    { action: 'submitted', review: { state: 'APPROVED' }, pull_request: pull },
  ],
  ['octocat closed issue #3 Fix login in acme/api', 'issues', { action: 'closed', issue: pull }],
  [
    'octocat commented on issue #3 Fix login in acme/api',
    'issue_comment',
    { action: 'created', issue: pull, comment: {} },
  ],
  [
    'octocat commented on pull request #3 Fix login in acme/api',
    'issue_comment',
    { action: 'created', issue: { ...pull, pull_request: {} }, comment: {} },
  ],
  ['octocat pushed 2 commits to main in acme/api', 'push', { ...push, commits: [{}, {}] }],
  [
    'octocat pushed “Fix it” to main in acme/api',
    'push',
    { ...push, commits: [{}], head_commit: { message: 'Fix it\n\nWell' } },
  ],
  ['octocat pushed by force 1 commit to main in acme/api', 'push', { ...push, commits: [{}], forced: true }],
  ['octocat deleted branch main in acme/api', 'push', { ...push, deleted: true, commits: [] }],
  ['octocat pushed tag v1 in acme/api', 'push', { ref: 'refs/tags/v1', created: true, commits: [] }],
  [
    'octocat published release Spring of acme/api',
    'release',
    { action: 'published', release: { name: 'Spring' } },
  ],
  ['octocat created branch try in acme/api', 'create', { ref: 'try', ref_type: 'branch' }],
  ['octocat starred acme/api', 'star', { action: 'created' }],
  [
    'CI failed on main in acme/api',
    'workflow_run',
    { workflow_run: { id: 1, name: 'CI', status: 'completed', conclusion: 'failure', head_branch: 'main' } },
  ],
  [
    'lint passed on main in acme/api',
    'check_run',
    {
      check_run: {
        name: 'lint',
        status: 'completed',
        conclusion: 'success',
        check_suite: { head_branch: 'main' },
      },
    },
  ],
  [
    'acme/api to production: success',
    'deployment_status',
    { deployment_status: { state: 'success', environment: 'production' } },
  ],
  ['ci/build failed in acme/api', 'status', { state: 'error', context: 'ci/build', sha: 'abc' }],
  ['milestone closed in acme/api', 'milestone', { action: 'closed' }],
  ['constructor created in acme/api', 'constructor', { action: 'created' }],
])('%s', (sentence, event, payload) => {
  expect(read(github(event, payload))).toEqual([sentence])
})

test.each<[string, Record<string, unknown>]>([
  ['ping', {}],
  ['workflow_run', { workflow_run: { name: 'CI', status: 'in_progress' } }],
  ['check_suite', { check_suite: { status: 'completed' } }],
  ['pull_request', { action: 'opened' }],
  ['issue_comment', { action: 'edited', issue: pull }],
])('%s %j is not worth a line', (event, payload) => {
  expect(read(github(event, payload))).toEqual([])
})

test('GitHub’s own examples are all read without a hole', () => {
  const events = githubExamples()
  expect(events.length).toBeGreaterThan(200)
  for (const event of events) {
    for (const line of read(event)) {
      expect(line, event.id).not.toMatch(/undefined|null|\[object|^\s|\s$|\s\s/)
      expect(line.length).toBeGreaterThan(8)
    }
  }
})

test.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])(
  'nothing goes wrong with the word %s',
  (word) => {
    const run = { name: word, status: 'completed', conclusion: word }
    const payload = {
      action: word,
      pull_request: pull,
      issue: pull,
      review: { state: word },
      workflow_run: run,
    }
    const release = { name: word }
    for (const event of ['pull_request', 'issues', 'pull_request_review', 'workflow_run', 'release', word]) {
      const [line] = read(github(event, { ...payload, release, ref: word, ref_type: word }))
      expect(line).toMatch(/acme\/api/)
      expect(line).not.toMatch(/native code/)
    }
  },
)

describe('any other event', () => {
  test.each<[string, Json]>([
    ['deploy.prod.web: version 1.4', { version: '1.4' }],
    [
      'deploy.prod.web: version 1.4, by anna, canary true',
      { version: 1.4, by: 'anna', canary: true, more: 'x' },
    ],
    ['deploy.prod.web: It is out', { version: 1, message: 'It is out' }],
    [
      'deploy.prod.web: by anna',
      { by: 'anna', api_key: 'x', token: 'y', password: 'z', url: 'https://a.example' },
    ],
    ['deploy.prod.web: done', 'done'],
    ['deploy.prod.web: 2 items', [1, 2]],
    ['deploy.prod.web', null],
    ['deploy.prod.web', {}],
    ['deploy.prod.web: a b', 'a\n\n b '],
  ])('%s', (sentence, data) => {
    expect(read(plain('deploy.prod.web', data))).toEqual([sentence])
  })

  test('tells its subject when its data says nothing', () => {
    expect(read(plain('deploy.prod.web', null, { subject: 'web-3' }))).toEqual(['deploy.prod.web: web-3'])
  })

  test('is cut to a line', () => {
    const [line] = read(plain('deploy.prod.web', '🙂'.repeat(5000)))
    expect(line?.length).toBeLessThan(200)
    expect(line).toMatch(/^deploy\.prod\.web: (?:🙂)+…$/u)
  })

  test('leads where it says, if that is a web page', () => {
    const href = (url: string) => joinLines([plain('a', { url })], 1)[0]?.href
    expect(href('https://deploy.example/7')).toBe('https://deploy.example/7')
    expect(href('javascript:alert(1)')).toBeUndefined()
  })

  test('that looks like GitHub’s by its topic only', () => {
    expect(read(plain('github.acme.api.push.-', { version: 2 }))).toEqual([
      'github.acme.api.push.-: version 2',
    ])
    expect(read(plain('github.acme.api.push.-', 'x'))).toEqual(['github.acme.api.push.-: x'])
  })

  test('that tells of a build', () => {
    expect(read(plain('ci.web', { job: 'web / test', status: 'failed', branch: 'main' }))).toEqual([
      'web / test failed on main',
    ])
  })
})

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
      '2 checks ended in acme/api',
      'lint passed in acme/api',
    ])
  })

  test('of one topic, with the last told', () => {
    const deploy = (version: string, minutes: number) =>
      plain('deploy.prod.web', { version }, { time: noon - minutes * minute })
    expect(read(deploy('1.3', 9), deploy('1.4', 2), deploy('1.2', 20))).toEqual([
      'deploy.prod.web: 3 times, last version 1.4',
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

test('an event from the future stands where it came in', () => {
  const future = plain('a', null, { time: noon + 1e9, receivedAt: noon - minute })
  expect(joinLines([future, plain('b', null)], 9).map(({ topic, time }) => [topic, time])).toEqual([
    ['b', noon],
    ['a', noon - minute],
  ])
})

test('any order of the events, and any repeats, give the same lines', () => {
  const examples = githubExamples('push', 'pull_request', 'check_run', 'issues', 'star', 'status')
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

describe('the loader', () => {
  const params = type.params(type.parseConfig({ topics: ['deploy.>'], limit: 2 }))

  test('reads more events than it shows lines', async () => {
    const loaded = await type.load(
      params,
      contextWith({
        events: async (query) => {
          expect(query).toEqual({ topics: ['deploy.>'], limit: 10 })
          return ['a', 'b', 'c'].map((topic) => plain(topic, null))
        },
      }),
    )
    expect(loaded).toMatchObject({ empty: false, data: { lines: { length: 2 } } })
  })

  test('fails when the event log does', async () => {
    const events = async () => Promise.reject(new Error('the log is away'))
    await expect(type.load(params, contextWith({ events }))).rejects.toThrow('away')
  })

  test('knows an empty result', async () => {
    expect((await type.load(params, contextWith({ events: async () => [] }))).empty).toBe(true)
  })
})

describe('the view', () => {
  const [filled, empty] = activity.samples.map(({ config, data }) =>
    renderToStaticMarkup(
      <ActivityView config={activity.config.parse(config)} data={activity.data.parse(data)} />,
    ),
  )
  test('shows each line with its actor, time and link', () => {
    expect(filled).toContain('octocat </strong>')
    expect(filled).toContain('href="https://github.com/acme/api/pull/3"')
    expect(filled).toContain('title="octocat opened pull request #3 Fix login in acme/api"')
    expect(filled).toContain('dateTime="2026-01-15T11:58:00Z"')
  })
  test('says so when there is nothing', () => {
    expect(empty).toContain('Nothing has happened here yet.')
  })
})
