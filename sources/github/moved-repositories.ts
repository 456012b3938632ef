import type { z } from 'zod'
import type { LoggedEvent } from '#widgets/define.ts'
import { repositoryDelivery } from './delivery.ts'
import { deliveredEvent, eventTopic } from './topics.ts'

/** Where a repository went: without `to` it was deleted. `at`: milliseconds since 1970. */
export interface Move {
  readonly from: string
  readonly to?: string
  readonly at: number
}

/**
 * Topics that tell when a repository of these (`owner/name`, `owner/*`, `*` for any) gets another name or owner, or is
 * deleted. GitHub names the event after what the repository is called then, so that all of an owner are listened to.
 */
export function repositoryTopics(repositories: readonly string[]): string[] {
  if (repositories.some((name) => name.startsWith('*'))) return [eventTopic('repository')]
  const own = new Set(repositories.map((name) => eventTopic('repository', { owner: name.split('/')[0] })))
  return [...own, 'github.*.*.repository.transferred']
}

export interface Moves {
  /**
   * What a repository that was called `name` at `at` is called now, following it from name to name; nothing when it was
   * deleted. Names are the same in any case, as GitHub's are.
   */
  nameOf(name: string, at: number): string | undefined
  /** The move by which the repository called `name` now is no more; nothing while there is one. */
  last(name: string): Move | undefined
}

/** What `repository` deliveries among the events say, whatever their order. */
export function movesOf(events: readonly LoggedEvent[]): Moves {
  const told = events.flatMap((event) => {
    if (deliveredEvent(event) !== 'repository') return []
    const parsed = repositoryDelivery.safeParse(event.data)
    return parsed.success ? [{ ...parsed.data, at: event.time, receivedAt: event.receivedAt }] : []
  })
  const moves = told.flatMap(moveOf).sort((a, b) => a.at - b.at || (a.from < b.from ? -1 : 1))
  // Moves tell no time and are of their arrival: what is made in the place of another at once has a time before that.
  const created = told.flatMap(({ action, repository, receivedAt: at }) =>
    action === 'created' ? [{ to: repository.full_name, at }] : [],
  )

  return {
    nameOf(name, at) {
      let current: string | undefined = name
      for (const { from, to, at: movedAt } of moves) {
        if (movedAt >= at && current !== undefined && same(from, current)) current = to
      }
      return current
    },
    last(name) {
      const move = moves.findLast(({ from }) => same(from, name))
      const again = [...moves, ...created].some(({ to, at }) => move && to && same(to, name) && at > move.at)
      return again ? undefined : move
    },
  }
}

function moveOf({
  action,
  repository,
  changes,
  at,
}: z.output<typeof repositoryDelivery> & { readonly at: number }): Move[] {
  const name = repository.full_name
  const [owner = '', own = ''] = name.split('/')
  if (action === 'deleted') return [{ from: name, at }]
  const before = changes?.repository?.name?.from
  if (action === 'renamed' && before) return [{ from: `${owner}/${before}`, to: name, at }]
  const giver = changes?.owner?.from?.organization?.login ?? changes?.owner?.from?.user?.login
  return action === 'transferred' && giver ? [{ from: `${giver}/${own}`, to: name, at }] : []
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}
