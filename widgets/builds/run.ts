import { z } from 'zod'
import type { DataOf, LoggedEvent } from '../define.ts'
import { httpUrl } from '../http-url.ts'
import { readMoment } from '../moment.ts'
import type { builds } from './widget.ts'

type Build = DataOf<typeof builds>['builds'][number]
type State = Build['state']

/** What one event says of one job. */
export interface Run extends Omit<Build, 'before'> {
  /** Compared number by number: of two that speak of one job, the greater is the later, in whatever order they came. */
  readonly order: readonly number[]
  readonly told: 'workflow_run' | 'check_run' | 'event'
  /** A job of a GitHub workflow, which workflow runs tell of too. */
  readonly ofWorkflow: boolean
}

const time = z.unknown().transform(readMoment).pipe(z.number())
const maybeTime = time.nullish().catch(undefined)
const href = httpUrl.nullish().catch(undefined)
const line = z
  .string()
  .trim()
  .min(1)
  .transform((text) => (text.length > 200 ? `${[...text].slice(0, 199).join('')}…` : text))
const maybeLine = line.nullish().catch(undefined)

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
/** The data of a build told by anybody: `job` names it among all that one widget shows. */
const plainBuild = z.object({
  job: line,
  status: z.enum(['queued', 'running', 'passed', 'failed', 'cancelled']),
  repository: maybeLine,
  branch: maybeLine,
  version: z
    .union([line, z.number().transform(String)])
    .nullish()
    .catch(undefined),
  url: href,
  startedAt: maybeTime,
  finishedAt: maybeTime,
})

/** What an event says of a build; nothing for one that is about something else or not as it should be. */
export function runOf(event: LoggedEvent): Run | undefined {
  const [first, , , name] = event.topic.split('.')
  if (first === 'github' && name === 'workflow_run') return fromWorkflowRun(event)
  if (first === 'github' && name === 'check_run') return fromCheckRun(event)
  return fromPlainBuild(event)
}

function fromWorkflowRun(event: LoggedEvent): Run | undefined {
  const { data } = workflowRun.safeParse(event.data)
  if (data === undefined) return
  const { repository, workflow, workflow_run: run } = data
  const state = githubState(run.status, run.conclusion)
  const finished = run.status === 'completed'
  const job = workflow?.name ?? run.name ?? 'workflow'
  const branch =
    // A fork may offer its own default branch, which says nothing about ours.
    run.event?.startsWith('pull_request') && run.head_branch && run.head_branch === repository.default_branch
      ? `${run.head_branch} of a fork`
      : run.head_branch
  return {
    ...identity(repository.full_name, String(run.workflow_id ?? job), branch),
    job,
    state,
    version: `#${run.run_number}`,
    ...present({
      href: run.html_url,
      startedAt: run.run_started_at,
      finishedAt: finished ? run.updated_at : null,
    }),
    time: run.updated_at,
    order: [run.run_number, run.run_attempt ?? 1, progress[state], run.updated_at],
    told: 'workflow_run',
    ofWorkflow: true,
  }
}

function fromCheckRun(event: LoggedEvent): Run | undefined {
  const { data } = checkRun.safeParse(event.data)
  if (data === undefined) return
  const { repository, check_run: run } = data
  const state = githubState(run.status, run.conclusion)
  return {
    ...identity(repository.full_name, `${run.app?.slug ?? ''}/${run.name}`, run.check_suite?.head_branch),
    job: run.name,
    state,
    ...present({ href: run.html_url, startedAt: run.started_at, finishedAt: run.completed_at }),
    time: run.completed_at ?? run.started_at ?? event.time,
    order: [run.id, run.started_at ?? 0, progress[state], run.completed_at ?? 0],
    told: 'check_run',
    ofWorkflow: run.app?.slug === 'github-actions',
  }
}

function fromPlainBuild(event: LoggedEvent): Run | undefined {
  const { data } = plainBuild.safeParse(event.data)
  if (data === undefined) return
  const { job, status, startedAt, finishedAt } = data
  const reached =
    (status === 'running' ? startedAt : status === 'queued' ? undefined : finishedAt) ?? event.time
  return {
    ...identity(data.repository, job, data.branch),
    job,
    state: status,
    ...present({ version: data.version, href: data.url, startedAt, finishedAt }),
    time: reached,
    order: [reached, progress[status], event.time],
    told: 'event',
    ofWorkflow: false,
  }
}

function identity(
  repository: string | null | undefined,
  job: string,
  branch: string | null | undefined,
): Pick<Run, 'id' | 'repository' | 'branch'> {
  return { id: [repository ?? '', job, branch ?? ''].join('\n'), ...present({ repository, branch }) }
}

/** Only those that are there: data is JSON, which has no `undefined`. */
function present<Fields extends Record<string, unknown>>(fields: Fields) {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as {
    [Field in keyof Fields]?: NonNullable<Fields[Field]>
  }
}

/** A state further on in one run is the later one, whatever the clocks say. */
const progress: { readonly [S in State]: number } = {
  queued: 0,
  running: 1,
  skipped: 2,
  cancelled: 2,
  failed: 2,
  passed: 2,
}

const conclusions = new Map<string, State>(
  Object.entries({
    success: 'passed',
    neutral: 'passed',
    cancelled: 'cancelled',
    stale: 'cancelled',
    skipped: 'skipped',
    // It waits for somebody to let it run.
    action_required: 'queued',
  }),
)

function githubState(status: string, conclusion: string | null | undefined): State {
  if (status === 'in_progress') return 'running'
  if (status !== 'completed') return 'queued'
  return conclusions.get(conclusion ?? '') ?? 'failed'
}
