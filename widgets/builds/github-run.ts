import { checkRunDelivery, statusDelivery, workflowRunDelivery } from '#sources/github/delivery.ts'
import { deliveredEvent } from '#sources/github/topics.ts'
import type { LoggedEvent } from '../define.ts'
import { type BuildState, buildState } from '../kit/build-status.ts'
import { lineOf, present, progress, type Run, timesOf } from './run.ts'

/** The branches that a commit heads, by `commitKey`. */
export type CommitBranches = ReadonlyMap<string, readonly string[]>

/** The branches of commits, by the statuses that tell of some: the last ones may come when the branch has moved on. */
export function commitBranches(events: readonly LoggedEvent[]): CommitBranches {
  const byCommit = new Map<string, readonly string[]>()
  for (const event of events) {
    if (deliveredEvent(event) !== 'status') continue
    const { data } = statusDelivery.safeParse(event.data)
    const branches = data?.branches?.flatMap(({ name }) => lineOf(name) ?? []) ?? []
    if (!data || branches.length === 0) continue
    const commit = commitKey(data.repository.full_name, data.sha)
    byCommit.set(commit, [...new Set([...(byCommit.get(commit) ?? []), ...branches])].sort())
  }
  return byCommit
}

function commitKey(repository: string, sha: string): string {
  return `${repository} ${sha}`
}

/** What a GitHub delivery says of jobs: one, or with a commit status one on each branch that the commit heads. */
export function githubRuns(event: LoggedEvent, byCommit: CommitBranches): readonly Run[] {
  switch (deliveredEvent(event)) {
    case 'workflow_run':
      return fromWorkflowRun(event)
    case 'check_run':
      return fromCheckRun(event)
    case 'status':
      return fromStatus(event, byCommit)
    default:
      return []
  }
}

function fromWorkflowRun(event: LoggedEvent): Run[] {
  const { data } = workflowRunDelivery.safeParse(event.data)
  const repository = lineOf(data?.repository.full_name)
  if (data === undefined || repository === undefined) return []
  const { workflow, workflow_run: run } = data
  const state = githubState(run.status, run.conclusion)
  const times = timesOf(event)
  const startedAt = times.clamped(run.run_started_at)
  const updatedAt = times.clamped(run.updated_at)
  const job = lineOf(workflow?.name) ?? lineOf(run.name) ?? 'workflow'
  const head = lineOf(run.head_branch)
  const branch =
    // A fork may offer its own default branch, which says nothing about ours.
    run.event?.startsWith('pull_request') && head && head === lineOf(data.repository.default_branch)
      ? `${head} of a fork`
      : branchName(head)
  const finishedAt = run.status === 'completed' ? updatedAt : null
  return [
    {
      name: String(run.workflow_id ?? job),
      job,
      state,
      version: `#${run.run_number}`,
      repository,
      ...present({ branch, href: run.html_url, startedAt, finishedAt }),
      time: updatedAt,
      // A rerun may keep its number and its attempt, and then has another start, or none when it was given up before. Times
      // of one run are compared as they are told, by one clock; what another run is, its number says.
      order: [
        ...[run.run_number, run.run_attempt ?? 1],
        ...[run.run_started_at ?? run.updated_at, progress[state], run.updated_at],
      ],
      reportedBy: 'workflow_run',
      ofWorkflow: true,
      doubted: times.doubted(),
    },
  ]
}

function fromCheckRun(event: LoggedEvent): Run[] {
  const { data } = checkRunDelivery.safeParse(event.data)
  const repository = lineOf(data?.repository.full_name)
  const job = lineOf(data?.check_run.name)
  if (data === undefined || repository === undefined || job === undefined) return []
  const { check_run: run } = data
  const state = githubState(run.status, run.conclusion)
  const times = timesOf(event)
  const startedAt = times.clamped(run.started_at)
  const finishedAt = times.clamped(run.completed_at)
  return [
    {
      name: `${lineOf(run.app?.slug) ?? ''}/${job}`,
      job,
      state,
      repository,
      ...present({
        branch: branchName(lineOf(run.check_suite?.head_branch)),
        href: run.html_url,
        startedAt,
        finishedAt,
      }),
      time: finishedAt ?? startedAt ?? event.time,
      order: [run.id, run.started_at ?? 0, progress[state], run.completed_at ?? 0],
      reportedBy: 'check_run',
      ofWorkflow: lineOf(run.app?.slug) === 'github-actions',
      doubted: times.doubted(),
    },
  ]
}

function fromStatus(event: LoggedEvent, byCommit: CommitBranches): Run[] {
  const { data } = statusDelivery.safeParse(event.data)
  const state = data && buildState(data.state)
  const repository = lineOf(data?.repository.full_name)
  const job = lineOf(data?.context)
  if (!data || !state || repository === undefined || job === undefined) return []
  const { id, sha, target_url } = data
  const times = timesOf(event)
  const updatedAt = times.clamped(data.updated_at) ?? event.time
  const run = {
    ...{ name: `status/${job}`, job, state, repository },
    ...present({ href: target_url }),
    time: updatedAt,
    // GitHub numbers statuses as they come.
    order: [id ?? 0, updatedAt, progress[state]],
    reportedBy: 'status' as const,
    ...{ ofWorkflow: false, doubted: times.doubted() },
  }
  // A commit that never headed a branch of ours speaks for none.
  const branches = byCommit.get(commitKey(data.repository.full_name, sha)) ?? []
  return branches.map((name) => ({ ...run, branch: branchName(name) ?? name }))
}

/** Each group of a merge queue has a branch of its own for a while: they are one to readers. */
function branchName(name: string | undefined): string | undefined {
  const [, target] = /^gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]+$/.exec(name ?? '') ?? []
  return target === undefined ? name : `merge queue of ${target}`
}

function githubState(status: string, conclusion: string | null | undefined): BuildState {
  if (status !== 'completed') return status === 'in_progress' ? 'running' : 'queued'
  const state = buildState(conclusion ?? '')
  // It has ended in a way that is not known here, which nobody should take for good.
  return state === undefined || state === 'running' ? 'failed' : state
}
