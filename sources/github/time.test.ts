import examples from '@octokit/webhooks-examples'
import { expect, test } from 'vitest'
import { isJsonObject } from '../shape.ts'
import { asGitHub } from './gitea.ts'
import { deliveryTime } from './time.ts'

const old = '2001-01-01T00:00:00Z'
const late = '2003-01-01T00:00:00Z'
const thing = { created_at: old, updated_at: late }

test.each([
  ['push', { repository: { pushed_at: 1_700_000_000 }, head_commit: { timestamp: old } }, 1_700_000_000_000],
  ['issues', { action: 'closed', issue: { created_at: old, updated_at: late, closed_at: null } }, late],
  ['issues', { action: 'labeled', issue: thing }, late],
  ['issue_comment', { action: 'edited', comment: thing, issue: {} }, late],
  ['milestone', { action: 'closed', milestone: { ...thing, closed_at: late } }, late],
  ['discussion', { action: 'answered', discussion: thing }, late],
  ['pull_request', { action: 'synchronize', pull_request: thing }, late],
  [
    'pull_request_review',
    { action: 'submitted', review: { submitted_at: old }, pull_request: { updated_at: late } },
    late,
  ],
  ['pull_request_review', { action: 'submitted', review: { submitted_at: late }, pull_request: {} }, late],
  ['pull_request_review_thread', { action: 'resolved', updated_at: late, pull_request: thing }, late],
  ['workflow_run', { action: 'requested', workflow_run: thing }, late],
  ['workflow_job', { action: 'queued', workflow_job: { created_at: late, started_at: late } }, late],
  [
    'workflow_job',
    { action: 'in_progress', workflow_job: { created_at: old, started_at: late, completed_at: null } },
    late,
  ],
  [
    'workflow_job',
    { action: 'completed', workflow_job: { created_at: old, started_at: old, completed_at: late } },
    late,
  ],
  ['check_run', { action: 'created', check_run: { started_at: late, completed_at: null } }, late],
  ['check_run', { action: 'completed', check_run: { started_at: old, completed_at: late } }, late],
  ['check_suite', { action: 'completed', check_suite: thing }, late],
  ['deployment', { action: 'created', deployment: thing }, late],
  ['deployment_status', { action: 'created', deployment_status: thing }, late],
  ['status', thing, late],
  ['star', { action: 'created', starred_at: late }, late],
  ['fork', { forkee: { created_at: late } }, late],
  ['page_build', { build: thing }, late],
  ['repository', { action: 'created', repository: { ...thing, created_at: late } }, late],
  ['deploy_key', { action: 'created', key: { created_at: late } }, late],
  ...['created', 'published', 'released', 'prereleased'].map(
    (action) => ['release', { action, release: { created_at: old, published_at: late } }, late] as const,
  ),
  ['release', { action: 'edited', release: { ...thing, published_at: old } }, late],
] as const)('%s %j tells when it happened', (event, payload, time) => {
  expect(deliveryTime(event, payload)).toBe(typeof time === 'number' ? time : Date.parse(time))
})

test.each([
  // Commits may be of any age when they are pushed.
  ['push', { head_commit: { timestamp: old } }],
  ['star', { action: 'deleted', starred_at: null }],
  ['issues', { action: 'opened', issue: { updated_at: 'yesterday' } }],
  ['issues', { action: 'opened', issue: [] }],
  ...['deleted', 'transferred', 'pinned', 'unpinned'].map(
    (action) => ['issues', { action, issue: thing }] as const,
  ),
  ...['deleted', 'transferred', 'pinned', 'labeled', 'unlabeled', 'locked', 'unlocked'].map(
    (action) => ['discussion', { action, discussion: thing }] as const,
  ),
  ['issue_comment', { action: 'deleted', comment: thing, issue: thing }],
  ['milestone', { action: 'deleted', milestone: { ...thing, closed_at: late } }],
  ['branch_protection_rule', { action: 'deleted', rule: thing }],
  ['deploy_key', { action: 'deleted', key: { created_at: old } }],
  ['pull_request_review_thread', { action: 'resolved', pull_request: thing }],
  ['code_scanning_alert', { action: 'reopened', alert: { created_at: old } }],
  ['check_run', { action: 'rerequested', check_run: { started_at: old, completed_at: late } }],
  ['check_run', { action: 'requested_action', check_run: { started_at: old, completed_at: late } }],
  ['check_suite', { action: 'rerequested', check_suite: thing }],
  ...[
    'deleted',
    'renamed',
    'transferred',
    'archived',
    'unarchived',
    'edited',
    'publicized',
    'privatized',
  ].map((action) => ['repository', { action, repository: thing }] as const),
  ...['deleted', 'edited', 'unpublished'].map(
    (action) => ['release', { action, release: { created_at: old, published_at: late } }] as const,
  ),
  ['release', { action: 'deleted', release: { ...thing, published_at: late } }],
  // A release's own is that of the commit it is of, and a draft has no other.
  ['release', { action: 'created', release: { created_at: old, published_at: null } }],
] as const)('%s %j does not tell when it happened', (event, payload) => {
  expect(deliveryTime(event, payload)).toBeUndefined()
})

test.each([
  ['pull_request', { action: 'label_updated', pull_request: thing, review: null }, late],
  [
    'pull_request_approved',
    { action: 'reviewed', pull_request: thing, review: { type: 'pull_request_review_approved' } },
    late,
  ],
  ['release', { action: 'published', release: { created_at: late, published_at: late } }, late],
  ['release', { action: 'updated', release: { created_at: old, published_at: old } }, undefined],
  ['release', { action: 'deleted', release: { created_at: old, published_at: old } }, undefined],
  ['issue_comment', { action: 'deleted', issue: thing, comment: thing }, undefined],
  [
    'workflow_run',
    { action: 'completed', workflow_run: { started_at: old, completed_at: late }, workflow: { name: 'ci' } },
    late,
  ],
  ['repository', { action: 'deleted', repository: thing }, undefined],
  ['push', { repository: thing, head_commit: { timestamp: old } }, undefined],
])('of Gitea %s %j', (name, sent, time) => {
  const { event, payload } = asGitHub(name, sent)
  expect(deliveryTime(event, payload)).toBe(time && Date.parse(time))
})

test('of GitHub’s examples of what cards tell these alone are of their arrival', () => {
  const told =
    /^(?:push|pull_request|issue|discussion|commit_comment|release|workflow_(?:run|job)|check_|deployment(?:_status)?$|status|star|fork|repository$)/
  const untimed = examples.flatMap(({ name, examples }) =>
    examples.flatMap((payload: unknown) =>
      told.test(name) && isJsonObject(payload) && deliveryTime(name, payload) === undefined
        ? [`${name}.${payload.action}`]
        : [],
    ),
  )
  expect([...new Set(untimed)].sort()).toEqual([
    'check_run.requested_action',
    'check_run.rerequested',
    'check_suite.rerequested',
    ...['labeled', 'locked', 'pinned', 'transferred', 'unlabeled', 'unlocked'].map((a) => `discussion.${a}`),
    'discussion_comment.deleted',
    'issue_comment.deleted',
    ...['deleted', 'pinned', 'transferred', 'unpinned'].map((a) => `issues.${a}`),
    'pull_request_review_comment.deleted',
    ...['resolved', 'unresolved'].map((a) => `pull_request_review_thread.${a}`),
    ...['deleted', 'edited'].map((a) => `release.${a}`),
    ...['edited', 'privatized', 'publicized', 'renamed', 'transferred'].map((a) => `repository.${a}`),
    'star.deleted',
  ])
})

test.each([{ toString: 1 }, ['deleted'], null, 7])('an action that is none, %j, is none', (action) => {
  expect(deliveryTime('issues', { action, issue: thing })).toBe(Date.parse(late))
})
