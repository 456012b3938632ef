import { z } from 'zod'
import { only } from '../shape.ts'
import { moment, storedObject } from '../stored-object.ts'
import { deliveryShape as kept } from './delivery-shape.ts'

const numbered = ['number', 'title', 'html_url'] as const
const run = ['id', 'name', 'status', 'conclusion', 'head_branch', 'head_sha', 'html_url'] as const

/** Of any delivery, what can be told of it. */
export const gitHubDelivery = storedObject({
  ...only(kept, 'action', 'organization', 'ref', 'ref_type', 'compare', 'created', 'deleted', 'forced'),
  ...only(kept, 'sha', 'state', 'context', 'target_url', 'changes'),
  commit_count: 'number',
  repository: only(kept.repository, 'full_name', 'html_url'),
  sender: only(kept.sender, 'login'),
  head_commit: only(kept.head_commit, 'message', 'url'),
  pull_request: only(kept.pull_request, ...numbered, 'merged'),
  issue: only(kept.issue, ...numbered, 'pull_request'),
  discussion: only(kept.discussion, ...numbered),
  review: only(kept.review, 'state', 'html_url'),
  comment: only(kept.comment, 'html_url'),
  release: only(kept.release, 'tag_name', 'name', 'html_url'),
  workflow_run: only(kept.workflow_run, ...run),
  check_run: only(kept.check_run, ...run, 'check_suite'),
  deployment: only(kept.deployment, 'environment', 'ref'),
  deployment_status: only(kept.deployment_status, 'state', 'environment', 'target_url', 'environment_url'),
  forkee: only(kept.forkee, 'full_name', 'html_url'),
}).extend({ event: z.string() })
export type GitHubDelivery = z.output<typeof gitHubDelivery>

const repository = z.object({ full_name: z.string() })

export const workflowRunDelivery = storedObject({
  workflow: only(kept.workflow, 'name'),
}).extend({
  repository: storedObject(only(kept.repository, 'default_branch')).extend(repository.shape),
  workflow_run: storedObject(
    only(
      kept.workflow_run,
      'name',
      'workflow_id',
      'run_attempt',
      'event',
      'html_url',
      'head_branch',
      'run_started_at',
    ),
  ).extend({
    run_number: z.number(),
    status: z.string(),
    conclusion: z.string().nullish(),
    updated_at: moment,
  }),
})

export const checkRunDelivery = z.object({
  repository,
  check_run: storedObject({
    ...only(kept.check_run, 'html_url', 'started_at', 'completed_at'),
    app: only(kept.check_run.app, 'slug'),
    check_suite: only(kept.check_run.check_suite, 'head_branch'),
  }).extend({
    id: z.number(),
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullish(),
  }),
})

/** A commit status, by which most CI systems but GitHub's own report. */
export const statusDelivery = storedObject({
  ...only(kept, 'target_url', 'branches', 'updated_at'),
  /** GitHub numbers statuses as they come. */
  id: 'number',
}).extend({ repository, sha: z.string(), context: z.string(), state: z.string() })

/** A pull request as GitHub writes it, in deliveries and in its API's lists alike. */
export const pullRequest = storedObject({
  ...only(kept.pull_request, 'draft', 'html_url', 'created_at'),
  user: only(kept.pull_request.user, 'login'),
}).extend({
  number: z.int().min(1),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  updated_at: moment,
})
export type PullRequest = z.output<typeof pullRequest>

export const pullRequestDelivery = z.object({ repository, pull_request: pullRequest })

export const branchDeletion = z.object({
  event: z.literal('delete'),
  repository,
  ref: z.string(),
  ref_type: z.literal('branch'),
})

/** What happened to a repository itself. */
export const repositoryDelivery = storedObject(only(kept, 'changes')).extend({
  event: z.literal('repository'),
  action: z.string(),
  repository,
})
