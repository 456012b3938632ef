import type { GitHubDelivery } from '#sources/github/delivery.ts'
import type { Clause } from './clause.ts'

/** `%` is the thing: `pull request #3 Fix login`. */
const phrases = new Map<string, string>(
  Object.entries({
    synchronize: 'updated %',
    ready_for_review: 'marked % as ready for review',
    converted_to_draft: 'marked % as a draft',
    review_requested: 'asked for a review of %',
    review_request_removed: 'took back a request to review %',
    auto_merge_enabled: 'set % to merge by itself',
    auto_merge_disabled: 'set % not to merge by itself',
  }),
)
/** Acts that stand for themselves; the others are changes to something that is there. */
const acts = ['opened', 'closed', 'merged', 'reopened']

interface Numbered {
  readonly number?: number | null | undefined
  readonly title?: string | null | undefined
  readonly html_url?: string | null | undefined
  readonly merged?: boolean | null | undefined
}

export function numberedClause(
  { action }: GitHubDelivery,
  place: string,
  kind: string,
  thing: Numbered | null | undefined,
): Clause | undefined {
  if (!thing || !action) return undefined
  const act = action === 'closed' && thing.merged ? 'merged' : action
  const change = !acts.includes(act)
  const phrase = phrases.get(act) ?? `${act.replaceAll('_', ' ')} %`
  return {
    text: `${phrase.replace('%', () => named(kind, thing))} in ${place}`,
    href: thing.html_url,
    group: change ? [kind, 'change', thing.number ?? 0] : [kind, act],
    several: change
      ? (count) => `${count} changes to ${named(kind, thing)} in ${place}`
      : (count) => `${count} ${kind}s ${act} in ${place}`,
  }
}

function named(kind: string, { number, title }: Numbered): string {
  return [kind, number ? `#${number}` : '', title ?? ''].filter(Boolean).join(' ')
}

export function commentClause(
  { action, comment }: GitHubDelivery,
  place: string,
  kind: string,
  thing: Numbered | null | undefined,
): Clause | undefined {
  if (!thing || action === 'edited') return undefined
  const verb = action === 'deleted' ? 'deleted a comment on' : 'commented on'
  return {
    text: `${verb} ${named(kind, thing)} in ${place}`,
    href: comment?.html_url ?? thing.html_url,
    group: ['comment', kind, action ?? '', thing.number ?? 0],
    several: (count) =>
      `${count} comments ${action === 'deleted' ? 'deleted ' : ''}on ${named(kind, thing)} in ${place}`,
  }
}

const reviews = new Map<string, string>(
  Object.entries({
    approved: 'approved',
    changes_requested: 'asked for changes to',
    dismissed: 'dismissed a review of',
  }),
)

export function reviewClause(
  { action, review, pull_request: pull }: GitHubDelivery,
  place: string,
): Clause | undefined {
  if (!pull || action === 'edited') return undefined
  const verb =
    reviews.get(action === 'dismissed' ? 'dismissed' : (review?.state ?? '').toLowerCase()) ?? 'reviewed'
  return {
    text: `${verb} ${named('pull request', pull)} in ${place}`,
    href: review?.html_url ?? pull.html_url,
    group: ['review', verb, pull.number ?? 0],
    several: (count) => `${count} reviews of ${named('pull request', pull)} in ${place}`,
  }
}
