import { branchDeletion } from '#sources/github/delivery.ts'
import { deliveredEvent } from '#sources/github/topics.ts'
import type { LoggedEvent } from '../define.ts'
import type { Run } from './run.ts'

/** Whether a run is of a branch that was deleted after it had begun, by the `delete` deliveries among the events. */
export function deadBranches(events: readonly LoggedEvent[]): (run: Run) => boolean {
  const died = new Map<string, number>()
  for (const event of events) {
    if (deliveredEvent(event) !== 'delete') continue
    const parsed = branchDeletion.safeParse(event.data)
    if (!parsed.success) continue
    const branch = branchOf(parsed.data.repository.full_name, parsed.data.ref)
    died.set(branch, Math.max(event.time, died.get(branch) ?? 0))
  }
  return ({ repository, branch, startedAt, time }) => {
    if (repository === undefined || branch === undefined) return false
    return (startedAt ?? time) <= (died.get(branchOf(repository, branch)) ?? -1)
  }
}

function branchOf(repository: string, branch: string): string {
  return `${repository.toLowerCase()}\n${branch}`
}
