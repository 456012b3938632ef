import type { GitHubDelivery } from './github-delivery.ts'
import type { Told } from './told.ts'

/** A push: of commits, of a new or dead branch, or of a tag. */
export function pushSentence(delivery: GitHubDelivery, place: string): Told {
  const { ref, created, deleted, forced, commit_count: count, head_commit: head, compare } = delivery
  const tag = ref?.startsWith('refs/tags/')
  const name = ref?.replace(/^refs\/(?:heads|tags)\//, '') ?? ''
  const target = name === '' ? place : `${name} in ${place}`
  // A dead branch and a tag leave lines of their own.
  if (deleted || tag || (created && !count)) {
    const verb = deleted ? 'deleted' : tag ? 'pushed' : 'created'
    const kind = tag ? 'tag' : 'branch'
    return {
      text: `${verb} ${kind} ${target}`,
      group: [verb, kind],
      several: (several) => `${several} ${tag ? 'tags' : 'branches'} ${verb} in ${place}`,
    }
  }
  const message = head?.message
  const what =
    count === 1 && message ? `“${message}”` : count ? `${count} ${count === 1 ? 'commit' : 'commits'}` : ''
  return {
    text: ['pushed', forced ? 'by force' : '', what, name === '' && what === '' ? '' : 'to', target]
      .filter(Boolean)
      .join(' '),
    href: count === 1 ? (head?.url ?? compare) : compare,
    group: ['commits'],
    several: (several) => `${several} pushes to ${place}`,
  }
}
