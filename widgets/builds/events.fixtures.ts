import { loggedDelivery } from '#sources/github/examples.fixtures.ts'
import type { LoggedEvent } from '../define.ts'
import { foldBuilds } from './fold.ts'

export const noon = Date.UTC(2026, 0, 15, 12)
export const minute = 60_000

export const repository = { full_name: 'acme/api', default_branch: 'main' }

export function iso(minutes: number): string {
  return new Date(noon + minutes * minute).toISOString()
}

let ids = 0

export function ci(data: LoggedEvent['data'], time = noon): LoggedEvent {
  const id = `ci-${ids++}`
  return { id, source: 'ci', type: 'ci.web', topic: 'ci.web', time, receivedAt: noon + 60 * minute, data }
}

export function workflowRun(run: Record<string, unknown>, at = 0): LoggedEvent {
  return loggedDelivery(
    'workflow_run',
    {
      action: String(run.status),
      repository,
      workflow: { name: 'CI' },
      workflow_run: { name: 'CI', workflow_id: 7, head_branch: 'main', updated_at: iso(at), ...run },
    },
    { id: `run-${ids++}`, receivedAt: noon + 60 * minute },
  )
}

export const fold = (events: readonly LoggedEvent[], branches?: string[], repositories?: string[]) =>
  foldBuilds(events, { branches, repositories, limit: 100 }).data

export const states = (events: readonly LoggedEvent[]) =>
  fold(events).builds.map(({ job, branch, state }) => [job, branch, state].filter(Boolean).join(' '))
