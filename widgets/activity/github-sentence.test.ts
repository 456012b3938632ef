import { expect, test } from 'vitest'
import { loggedDelivery, loggedExamples } from '#sources/github/examples.fixtures.ts'
import { github, pull, push, read } from './events.fixtures.ts'

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
  const events = loggedExamples()
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

test('what only looks like a delivery of a repository is told by its topic', () => {
  const release = { release: { name: '2.0' } }
  const [real] = loggedExamples('release')
  const event = loggedDelivery(
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
