import { pullRequestDelivery } from '#sources/github/delivery.ts'
import { movesOf } from '#sources/github/moved-repositories.ts'
import { deliveredEvent } from '#sources/github/topics.ts'
import type { DataOf, LoggedEvent } from '../define.ts'
import { believed } from '../kit/moment.ts'
import { lastUpdatedFirst, type Pull, pullOf } from './pull.ts'
import type { pulls } from './widget.ts'

interface Report {
  readonly pull: Pull
  readonly open: boolean
  readonly tie: string
}

export interface Folded {
  /** Last updated first. */
  readonly pulls: readonly Pull[]
  /** Of the repositories asked for, those that there are no more. */
  readonly moved: NonNullable<DataOf<typeof pulls>['moved']>
  /** Deliveries that told a time later than their arrival. */
  readonly doubted: number
}

/**
 * The pull requests of `repositories` left open by deliveries, by the time of update inside each, so that one that comes
 * late or twice changes nothing: an `opened` after its `closed` does not bring a pull request back. Those of a repository
 * that was renamed are those of its new name, if that is asked for; nobody tells here how they go on otherwise.
 */
export function foldPulls(events: readonly LoggedEvent[], repositories: readonly string[]): Folded {
  const moves = movesOf(events)
  const asked = new Set(repositories.map((name) => name.toLowerCase()))
  const last = new Map<string, Report>()
  const doubted = new Set<string>()
  for (const event of events) {
    const { data } = pullRequestDelivery.safeParse(event.data)
    if (data === undefined || deliveredEvent(event) !== 'pull_request') continue
    const { repository, pull_request: request } = data
    const updatedAt = believed(request.updated_at, event.receivedAt)
    if (updatedAt !== request.updated_at) doubted.add(`${event.source} ${event.id}`)
    const name = moves.nameOf(repository.full_name, updatedAt)
    if (name === undefined || !asked.has(name.toLowerCase())) continue
    const report: Report = {
      pull: pullOf(name, { ...request, updated_at: updatedAt }),
      open: request.state === 'open',
      tie: `${String(event.time).padStart(16, '0')} ${event.source} ${event.id}`,
    }
    const key = `${name.toLowerCase()}#${request.number}`
    const known = last.get(key)
    if (known === undefined || later(report, known)) last.set(key, report)
  }
  return {
    pulls: [...last.values()]
      .filter(({ open }) => open)
      .map(({ pull }) => pull)
      .sort(lastUpdatedFirst),
    moved: repositories.flatMap((from) => {
      const move = moves.last(from)
      const to = move && moves.nameOf(from, move.at)
      if (!move || (to !== undefined && asked.has(to.toLowerCase()))) return []
      // Another one may have taken its name.
      if ([...last.keys()].some((key) => key.startsWith(`${from.toLowerCase()}#`))) return []
      return [{ from, ...(to === undefined ? {} : { to }) }]
    }),
    doubted: doubted.size,
  }
}

/** GitHub tells whole seconds: within one, closing comes last, as robots open and close faster than that. */
function later(a: Report, b: Report): boolean {
  if (a.pull.updatedAt !== b.pull.updatedAt) return a.pull.updatedAt > b.pull.updatedAt
  return a.open === b.open ? a.tie > b.tie : b.open
}
