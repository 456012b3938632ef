import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { githubEvent, githubExamples } from '#sources/github/examples.fixtures.ts'
import { contextWith, logOf } from '../context.fixtures.ts'
import { implement, type Json, type LoadContext, type LoggedEvent } from '../define.ts'
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
  ['octocat created tag v1 in acme/api', 'push', { ref: 'refs/tags/v1', created: true, commits: [] }],
  [
    'octocat published release Spring of acme/api',
    'release',
    { action: 'published', release: { name: 'Spring' } },
  ],
  ['octocat created branch try in acme/api', 'create', { ref: 'try', ref_type: 'branch' }],
  ['octocat starred acme/api', 'star', { action: 'created' }],
  ['octocat edited the wiki of acme/api', 'gollum', { pages: [{ action: 'edited', title: 'Home' }] }],
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
    'acme/api was deployed to production',
    'deployment_status',
    { deployment_status: { state: 'success', environment: 'production' } },
  ],
  ['ci/build failed in acme/api', 'status', { state: 'error', context: 'ci/build', sha: 'abc' }],
  [
    'octocat renamed old to acme/api',
    'repository',
    { action: 'renamed', changes: { repository: { name: { from: 'old' } } } },
  ],
  ['octocat archived acme/api', 'repository', { action: 'archived' }],
  ['milestone closed in acme/api', 'milestone', { action: 'closed' }],
  ['constructor created in acme/api', 'constructor', { action: 'created' }],
])('%s', (sentence, event, payload) => {
  expect(read(github(event, payload))).toEqual([sentence])
})

test.each<[string, Record<string, unknown>]>([
  ['ping', {}],
  ['workflow_run', { workflow_run: { name: 'CI', status: 'in_progress' } }],
  [
    'check_run',
    { action: 'rerequested', check_run: { name: 'lint', status: 'completed', conclusion: 'failure' } },
  ],
  [
    'check_run',
    { action: 'requested_action', check_run: { name: 'lint', status: 'completed', conclusion: 'failure' } },
  ],
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
  test.each<[string, string, Json]>([
    ['web 1.4 was deployed to prod', 'deploy.prod.web', { version: '1.4' }],
    ['tomas deployed api 2.9.0 to prod', 'deploy.prod.api', { version: '2.9.0', by: 'tomas' }],
    [
      'anna deployed web 1.4 to prod',
      'deploy.prod.web',
      { version: 1.4, by: 'anna', canary: true, more: 'x' },
    ],
    ['web 1 was deployed to prod: It is out', 'deploy.prod.web', { version: 1, message: 'It is out' }],
    ['web 2 could not be deployed to prod', 'deploy.prod.web', { version: 2, status: 'failed' }],
    ['anna is deploying web to prod', 'deploy.prod.web', { actor: { login: 'anna' }, status: 'started' }],
    ['web was deployed to prod: done', 'deploy.prod.web', 'done'],
    ['web was deployed to prod', 'deploy.prod.web', [1, 2]],
    ['web was deployed to prod', 'deploy.prod.web', null],
    ['web was deployed to prod', 'deploy.prod.web', {}],
    ['web was deployed to prod: a b', 'deploy.prod.web', 'a\n\n b '],
    ['web was deployed', 'deploy.web', null],
    ['api 3 was deployed to prod', 'deploy.prod', { app: 'api', version: 3 }],
    ['deploy happened', 'deploy', null],
    ['monalisa released design 2.1.0', 'release.design', { version: '2.1.0', by: 'monalisa' }],
    [
      'anna gave feedback on support: “It works”, rated 5',
      'feedback.support',
      { from: 'anna', text: 'It works', rating: 5 },
    ],
    [
      'somebody gave feedback on support: “Saved my eyes!”',
      'feedback.support',
      { message: '“Saved my eyes!”' },
    ],
    ['somebody gave feedback on support', 'feedback.support', {}],
    ['num x is 57', 'num.x', { value: 57 }],
    ['num x is 57', 'num.x', 57],
    ['num x happened', 'num.x', null],
    ['anna created user: plan free', 'user.created', { by: 'anna', plan: 'free' }],
    ['order was paid', 'order.paid', null],
    ['fan speed is 3', 'fan.speed', { value: 3 }],
    ['user signed up, by bob', 'user.signed_up', { user: 'bob' }],
    [
      'backup nightly failed: No room on the disk',
      'backup.nightly.failed',
      { message: 'No room on the disk' },
    ],
    ['db replica-2 is down', 'db.replica-2.down', null],
    ['sensor kitchen reports temp 20, hum 3', 'sensor.kitchen', { temp: 20, hum: 3 }],
    ['sensor kitchen reports temp 20, by anna', 'sensor.kitchen', { temp: 20, by: 'anna' }],
    ['acme.io reports 2 items', 'acme%2Eio', [1, 2]],
  ])('%s', (sentence, topic, data) => {
    expect(read(plain(topic, data))).toEqual([sentence])
  })

  test('tells its subject when its data says nothing', () => {
    expect(read(plain('deploy.prod.web', null, { subject: 'web-3' }))).toEqual([
      'web was deployed to prod: web-3',
    ])
  })

  test('keeps its secrets', () => {
    const secrets = {
      ...{
        pwd: 'hunter2',
        auth: 'hunter3',
        AWS_SECRET_ACCESS_KEY: 'hunter4',
        password: 'hunter5',
        apiKey: 'hunter6',
      },
      ...{ authorization: 'Bearer hunter7', 'X-Auth-Token': 'hunter8', cookie: 'hunter9' },
    }
    expect(read(plain('sensor.kitchen', { ...secrets, temp: 20 }))).toEqual([
      'sensor kitchen reports temp 20',
    ])
    expect(read(plain('sensor.kitchen', 'pwd=hunter2 Authorization: Bearer hunter3'))).toEqual([
      'sensor kitchen: pwd=••• Authorization: •••',
    ])
    const push = github('push', {
      ref: 'refs/heads/main',
      commits: [{}],
      head_commit: { message: 'token=hunter2' },
    })
    expect(read(push)).toEqual(['octocat pushed “token=•••” to main in acme/api'])
    const token = `ghp${'_'}${'a1B2'.repeat(9)}`
    for (let before = 170; before < 200; before++)
      expect(read(plain('a.b', `${'x'.repeat(before)} ${token}`))[0]).not.toContain('a1B2')
    const [line] = joinLines([plain('a.b', { url: 'https://a.example/?token=hunter2' })], 1)
    expect(line).not.toHaveProperty('href')
  })

  test('is cut to a line', () => {
    const [line] = read(plain('deploy.prod.web', '🙂'.repeat(5000)))
    expect([...(line ?? '')].length).toBeLessThan(250)
    expect(line).toMatch(/^web was deployed to prod: (?:🙂)+…$/u)
  })

  test('leads where it says, if that is a web page', () => {
    const href = (url: string) => joinLines([plain('a', { url })], 1)[0]?.href
    expect(href('https://deploy.example/7')).toBe('https://deploy.example/7')
    expect(href('javascript:alert(1)')).toBeUndefined()
  })

  test('that looks like GitHub’s by its topic only', () => {
    expect(read(plain('github.acme.api.push.-', { version: 2 }))).toEqual([
      'github acme api push - reports version 2',
    ])
    expect(read(plain('github.acme.api.push.-', 'x'))).toEqual(['github acme api push -: x'])
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

test('what only looks like a delivery of a repository is told by its topic', () => {
  const release = { release: { name: '2.0' } }
  const [real] = githubExamples('release')
  const event = githubEvent(
    'release',
    { action: 'published', repository: { full_name: 'acme/api' }, ...release },
    { id: 'r' },
  )
  expect(real && read(real)).toHaveLength(1)
  expect(read(event)).toEqual([expect.stringContaining('acme/api')])
  expect(read({ ...event, topic: 'github.acme.web.release.published' })).toEqual([
    expect.not.stringContaining('acme/api'),
  ])
  expect(read({ ...event, topic: 'github.acme.api.push.-' })).toEqual([
    expect.not.stringContaining('released'),
  ])
})

describe('the loader', () => {
  const params = type.params(type.parseConfig({ topics: ['deploy.>'], limit: 2 }))

  test('reads more events than it shows lines', async () => {
    const loaded = await type.load(
      params,
      contextWith({
        events: async (query) => {
          expect(query).toEqual({ topics: ['deploy.>'], limit: 10 })
          return { events: ['a', 'b', 'c'].map((topic) => plain(topic, null)), more: false }
        },
      }),
    )
    expect(loaded).toMatchObject({ empty: false, data: { lines: { length: 2 } } })
  })

  test('reads on, and says where it stopped', async () => {
    const logWith = (other: number) =>
      Array.from({ length: 50 }, (_, n) => ({
        ...plain(n === other ? 'deploy.b' : 'deploy.a', null),
        ...{ id: String(n), receivedAt: 1_000_000 - n },
      }))
    const load = (log: readonly LoggedEvent[], most = 10) => {
      const events: LoadContext['events'] = async ({ before, limit }) => {
        const from = before === undefined ? 0 : Number(before.id) + 1
        const to = Math.min(log.length, from + Math.min(limit, most))
        return { events: log.slice(from, to), more: to < log.length }
      }
      return type.load(params, contextWith({ events }))
    }
    expect(await load(logWith(39))).toMatchObject({ data: { lines: [{}, {}] } })
    const whole = await load(logWith(40).slice(0, 40))
    expect(whole).toMatchObject({ data: { lines: [{}] } })
    expect(whole).not.toHaveProperty('notes')
    expect(await load(logWith(40))).toMatchObject({
      data: { lines: [{}] },
      notes: [expect.stringContaining('what arrived before 1970-01-01T00:16:39.961Z is not shown')],
    })
    // Cut because of their size.
    expect(await load(logWith(5), 3)).toMatchObject({
      data: { lines: [{}] },
      notes: [expect.stringContaining('what arrived before 1970-01-01T00:16:39.998Z is not shown')],
    })
  })

  test('fails when the event log does', async () => {
    const events = async () => Promise.reject(new Error('the log is away'))
    await expect(type.load(params, contextWith({ events }))).rejects.toThrow('away')
  })

  test('knows an empty result', async () => {
    expect((await type.load(params, contextWith({ events: logOf() }))).empty).toBe(true)
  })
})

test('no text turns round what stands beside it', async () => {
  const events = logOf(plain('a.b', { message: 'a\u202egpj.exe\u2066 \u05d0\u200f!' }))
  const loaded = await type.load(type.params(type.parseConfig({})), contextWith({ events }))
  expect(loaded.data).toMatchObject({ lines: [{ text: 'a b: agpj.exe \u05d0\u200f!' }] })
})

describe('the view', () => {
  const [filled, empty] = activity.samples.map(({ config, data }) =>
    renderToStaticMarkup(
      <ActivityView config={activity.config.parse(config)} data={activity.data.parse(data)} />,
    ),
  )
  test('shows each line with its actor, time and link', () => {
    expect(filled).toContain('<bdi>octocat</bdi></strong> ')
    expect(filled).toContain('href="https://github.com/acme/api/pull/3"')
    expect(filled).toContain('title="octocat opened pull request #3 Fix login in acme/api"')
    expect(filled).toContain('dateTime="2026-01-15T11:58:00.000Z"')
  })
  test('says so when there is nothing', () => {
    expect(empty).toContain('Nothing has happened here yet.')
  })
})
