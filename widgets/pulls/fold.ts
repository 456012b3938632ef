import { z } from 'zod'
import type { LoggedEvent } from '../define.ts'
import { lastUpdatedFirst, type Pull, pullOf, pullRequest } from './pull-request.ts'

const delivery = z.object({
  repository: z.object({ full_name: z.string() }),
  pull_request: pullRequest,
})

interface Told {
  readonly pull: Pull
  readonly open: boolean
  readonly tie: string
}

/**
 * The pull requests left open by deliveries, by the time of update inside each, so that one that comes late or twice
 * changes nothing: an `opened` after its `closed` does not bring a pull request back.
 */
export function foldPulls(events: readonly LoggedEvent[]): Pull[] {
  const last = new Map<string, Told>()
  for (const event of events) {
    const { data } = delivery.safeParse(event.data)
    if (data === undefined) continue
    const { repository, pull_request: request } = data
    const name = `${repository.full_name.toLowerCase()}#${request.number}`
    const told: Told = {
      pull: pullOf(repository.full_name, request),
      open: request.state === 'open',
      tie: `${String(event.time).padStart(16, '0')} ${event.source} ${event.id}`,
    }
    const known = last.get(name)
    if (known === undefined || later(told, known)) last.set(name, told)
  }
  return [...last.values()]
    .filter(({ open }) => open)
    .map(({ pull }) => pull)
    .sort(lastUpdatedFirst)
}

/** GitHub tells whole seconds: within one, closing comes last, as robots open and close faster than that. */
function later(a: Told, b: Told): boolean {
  if (a.pull.updatedAt !== b.pull.updatedAt) return a.pull.updatedAt > b.pull.updatedAt
  return a.open === b.open ? a.tie > b.tie : b.open
}
