import type { GitHubDelivery } from '#sources/github/delivery.ts'
import type { Clause } from './clause.ts'

/** A push: of commits, of a new or dead branch, or of a tag. */
export function pushSentence(delivery: GitHubDelivery, place: string): Clause {
  const { ref, created, deleted, forced, commit_count: count, head_commit: head, compare } = delivery
  const tag = ref?.startsWith('refs/tags/')
  const name = ref?.replace(/^refs\/(?:heads|tags)\//, '') ?? ''
  const target = name === '' ? place : `${name} in ${place}`
  const kind = tag ? 'tag' : 'branch'
  if (deleted) return refChanged('deleted', kind, name, place)
  // A tag that was there before is moved to another commit.
  if (tag) return refChanged(created === false ? 'moved' : 'created', kind, name, place)
  if (created) return refChanged('created', kind, name, place, count ?? 0)
  const message = head?.message
  const what =
    count === 1 && message ? `“${message}”` : count ? `${count} ${count === 1 ? 'commit' : 'commits'}` : ''
  return {
    text: ['pushed', forced ? 'by force' : '', what, name === '' && what === '' ? '' : 'to', target]
      .filter(Boolean)
      .join(' '),
    href: count === 1 ? (head?.url ?? compare) : compare,
    group: ['push'],
    several: (several) => `${several} pushes to ${place}`,
  }
}

/** A branch or a tag that was made or removed, of which GitHub tells twice: as `create` or `delete` and as a push. */
export function refChanged(verb: string, kind: string, name: string, place: string, commits = 0): Clause {
  const inIt = commits > 0 ? ` with ${commits} ${commits === 1 ? 'commit' : 'commits'}` : ''
  return {
    text: `${verb} ${kind} ${name}${inIt} in ${place}`,
    about: name,
    ...(commits > 0 ? { fuller: true } : {}),
    group: [verb, kind],
    several: (count) => `${count} ${kind === 'branch' ? 'branches' : `${kind}s`} ${verb} in ${place}`,
  }
}
