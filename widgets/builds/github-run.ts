import { z } from 'zod'
import { gitHubEvent } from '#sources/github/topics.ts'
import type { LoggedEvent } from '../define.ts'
import { type BuildState, buildState } from '../kit/build-status.ts'
import { href, line, maybeLine, maybeTime, present, progress, type Run, time, timesOf } from './run.ts'

const repository = z.object({ full_name: line, default_branch: maybeLine })
const workflowRun = z.object({
  repository,
  workflow: z.object({ name: maybeLine }).nullish().catch(undefined),
  workflow_run: z.object({
    name: maybeLine,
    workflow_id: z.number().nullish(),
    run_number: z.number(),
    run_attempt: z.number().nullish(),
    event: maybeLine,
    status: z.string(),
    conclusion: z.string().nullish(),
    html_url: href,
    head_branch: maybeLine,
    run_started_at: maybeTime,
    updated_at: time,
  }),
})
const checkRun = z.object({
  repository,
  check_run: z.object({
    id: z.number(),
    name: line,
    status: z.string(),
    conclusion: z.string().nullish(),
    html_url: href,
    started_at: maybeTime,
    completed_at: maybeTime,
    app: z.object({ slug: maybeLine }).nullish().catch(undefined),
    check_suite: z.object({ head_branch: maybeLine }).nullish().catch(undefined),
  }),
})
/** A commit status, by which most CI systems but GitHub's own report. */
const commitStatus = z.object({
  repository,
  id: z.number().nullish().catch(undefined),
  sha: z.string(),
  context: line,
  state: z.string(),
  target_url: href,
  branches: z
    .array(z.object({ name: line }))
    .nullish()
    .catch(undefined),
  updated_at: maybeTime,
})

/** The branches that a commit heads, by `homeOf`. */
export type Homes = ReadonlyMap<string, readonly string[]>

/** The branches of commits, by the statuses that tell of some: the last ones may come when the branch has moved on. */
export function homesOf(events: readonly LoggedEvent[]): Homes {
  const homes = new Map<string, readonly string[]>()
  for (const event of events) {
    if (gitHubEvent(event) !== 'status') continue
    const { data } = commitStatus.safeParse(event.data)
    const branches = data?.branches?.map(({ name }) => name) ?? []
    if (!data || branches.length === 0) continue
    const home = homeOf(data.repository.full_name, data.sha)
    homes.set(home, [...new Set([...(homes.get(home) ?? []), ...branches])].sort())
  }
  return homes
}

function homeOf(repository: string, sha: string): string {
  return `${repository} ${sha}`
}

/** What a GitHub delivery says of jobs: one, or with a commit status one on each branch that the commit heads. */
export function githubRuns(event: LoggedEvent, homes: Homes): readonly Run[] {
  switch (gitHubEvent(event)) {
    case 'workflow_run':
      return fromWorkflowRun(event)
    case 'check_run':
      return fromCheckRun(event)
    case 'status':
      return fromStatus(event, homes)
    default:
      return []
  }
}

function fromWorkflowRun(event: LoggedEvent): Run[] {
  const { data } = workflowRun.safeParse(event.data)
  if (data === undefined) return []
  const { repository, workflow, workflow_run: run } = data
  const state = githubState(run.status, run.conclusion)
  const times = timesOf(event)
  const startedAt = times.held(run.run_started_at)
  const updatedAt = times.held(run.updated_at)
  const job = workflow?.name ?? run.name ?? 'workflow'
  const branch =
    // A fork may offer its own default branch, which says nothing about ours.
    run.event?.startsWith('pull_request') && run.head_branch && run.head_branch === repository.default_branch
      ? `${run.head_branch} of a fork`
      : branchName(run.head_branch)
  const finishedAt = run.status === 'completed' ? updatedAt : null
  return [
    {
      name: String(run.workflow_id ?? job),
      job,
      state,
      version: `#${run.run_number}`,
      repository: repository.full_name,
      ...present({ branch, href: run.html_url, startedAt, finishedAt }),
      time: updatedAt,
      // A rerun may keep its number and its attempt, and then has another start, or none when it was given up before. Times
      // of one run are compared as they are told, by one clock; what another run is, its number says.
      order: [
        ...[run.run_number, run.run_attempt ?? 1],
        ...[run.run_started_at ?? run.updated_at, progress[state], run.updated_at],
      ],
      told: 'workflow_run',
      ofWorkflow: true,
      doubted: times.doubted(),
    },
  ]
}

function fromCheckRun(event: LoggedEvent): Run[] {
  const { data } = checkRun.safeParse(event.data)
  if (data === undefined) return []
  const { repository, check_run: run } = data
  const state = githubState(run.status, run.conclusion)
  const times = timesOf(event)
  const startedAt = times.held(run.started_at)
  const finishedAt = times.held(run.completed_at)
  return [
    {
      name: `${run.app?.slug ?? ''}/${run.name}`,
      job: run.name,
      state,
      repository: repository.full_name,
      ...present({
        branch: branchName(run.check_suite?.head_branch),
        href: run.html_url,
        startedAt,
        finishedAt,
      }),
      time: finishedAt ?? startedAt ?? event.time,
      order: [run.id, run.started_at ?? 0, progress[state], run.completed_at ?? 0],
      told: 'check_run',
      ofWorkflow: run.app?.slug === 'github-actions',
      doubted: times.doubted(),
    },
  ]
}

function fromStatus(event: LoggedEvent, homes: Homes): Run[] {
  const { data } = commitStatus.safeParse(event.data)
  const state = data && buildState(data.state)
  if (!data || !state) return []
  const { repository, id, sha, context, target_url } = data
  const times = timesOf(event)
  const updatedAt = times.held(data.updated_at) ?? event.time
  const told = {
    ...{ name: `status/${context}`, job: context, state, repository: repository.full_name },
    ...present({ href: target_url }),
    time: updatedAt,
    // GitHub numbers statuses as they come.
    order: [id ?? 0, updatedAt, progress[state]],
    told: 'status' as const,
    ...{ ofWorkflow: false, doubted: times.doubted() },
  }
  // A commit that never headed a branch of ours speaks for none.
  const branches = homes.get(homeOf(repository.full_name, sha)) ?? []
  return branches.map((name) => ({ ...told, branch: branchName(name) ?? name }))
}

/** Each group of a merge queue has a branch of its own for a while: they are one to readers. */
function branchName(name: string | null | undefined): string | null | undefined {
  const [, target] = /^gh-readonly-queue\/(.+)\/pr-\d+-[0-9a-f]+$/.exec(name ?? '') ?? []
  return target === undefined ? name : `merge queue of ${target}`
}

function githubState(status: string, conclusion: string | null | undefined): BuildState {
  if (status !== 'completed') return status === 'in_progress' ? 'running' : 'queued'
  const state = buildState(conclusion ?? '')
  // It has ended in a way that is not known here, which nobody should take for good.
  return state === undefined || state === 'running' ? 'failed' : state
}
