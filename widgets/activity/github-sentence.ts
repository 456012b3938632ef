import { type GitHubDelivery, gitHubDelivery } from '#sources/github/delivery.ts'
import { deliveredEvent } from '#sources/github/topics.ts'
import type { LoggedEvent } from '../define.ts'
import { topicSegment } from '../kit/topic-segment.ts'
import type { Clause, ToClause } from './clause.ts'
import { cut } from './cut.ts'
import { outcome } from './named.ts'
import { pushSentence, refChanged } from './push-sentence.ts'
import { runSentence } from './run-sentence.ts'
import type { Sentence } from './sentence.ts'
import { commentClause, numberedClause, reviewClause } from './thread-sentence.ts'

/** What a delivery says; `unknown` for an event that only looks like one. */
export function githubSentence(event: LoggedEvent): Sentence | undefined | 'unknown' {
  const { data: delivery } = gitHubDelivery.safeParse(event.data)
  if (delivery === undefined || deliveredEvent(event) !== topicSegment(delivery.event)) return 'unknown'
  const place = delivery.repository?.full_name ?? delivery.organization?.login ?? 'GitHub'
  const toClause = Object.hasOwn(clauses, delivery.event) ? clauses[delivery.event] : anyDelivery
  const clause = toClause?.(delivery, place)
  if (clause === undefined) return undefined
  const actor = delivery.sender?.login
  const href = clause.href ?? delivery.repository?.html_url
  return {
    ...(actor && !clause.byItself ? { actor } : {}),
    text: cut(actor || clause.byItself ? clause.text : `somebody ${clause.text}`),
    ...(href ? { href } : {}),
    ...(clause.about === undefined
      ? {}
      : { about: JSON.stringify([place, actor, ...clause.group, clause.about]) }),
    ...(clause.fuller ? { fuller: true } : {}),
    ...(clause.ended ? { ended: clause.ended } : {}),
    group: JSON.stringify([place, ...(clause.byItself ? [] : [actor ?? '']), ...clause.group]),
    ...joinedBy(clause, actor, delivery),
  }
}

const silent: ToClause = () => undefined

const clauses: { readonly [event: string]: ToClause } = {
  push: pushSentence,
  pull_request: (delivery, place) => numberedClause(delivery, place, 'pull request', delivery.pull_request),
  issues: (delivery, place) => numberedClause(delivery, place, 'issue', delivery.issue),
  discussion: (delivery, place) => numberedClause(delivery, place, 'discussion', delivery.discussion),
  pull_request_review: reviewClause,
  pull_request_review_comment: (delivery, place) =>
    commentClause(delivery, place, 'pull request', delivery.pull_request),
  issue_comment: (delivery, place) =>
    commentClause(delivery, place, delivery.issue?.pull_request ? 'pull request' : 'issue', delivery.issue),
  discussion_comment: (delivery, place) => commentClause(delivery, place, 'discussion', delivery.discussion),
  commit_comment: (delivery, place) => ({
    text: `commented on a commit of ${place}`,
    href: delivery.comment?.html_url,
    group: ['commit_comment'],
    several: (count) => `${count} comments on commits of ${place}`,
  }),
  release: releaseClause,
  create: (delivery, place) => refClause(delivery, place, 'created'),
  delete: (delivery, place) => refClause(delivery, place, 'deleted'),
  fork: ({ forkee }, place) => ({
    text: `forked ${place}${forkee?.full_name ? ` to ${forkee.full_name}` : ''}`,
    href: forkee?.html_url,
    group: ['fork'],
  }),
  // So GitHub calls a change of wiki pages, which it sends without an action.
  gollum: (_, place) => ({
    text: `edited the wiki of ${place}`,
    group: ['wiki'],
    several: (count) => `${count} edits of the wiki of ${place}`,
  }),
  repository: ({ action, changes }, place) => {
    const before = changes?.repository?.name?.from
    const was = action === 'renamed' && before ? `renamed ${before} to` : action?.replaceAll('_', ' ')
    return was ? { text: `${was} ${place}`, group: ['repository', was] } : undefined
  },
  star: ({ action }, place) =>
    action === 'deleted' ? undefined : { text: `starred ${place}`, group: ['star'] },
  workflow_run: runSentence,
  check_run: runSentence,
  check_suite: silent,
  workflow_job: silent,
  deployment: silent,
  deployment_status: deploymentClause,
  status: statusClause,
  ping: silent,
  meta: silent,
  // GitHub sends it beside `star`.
  watch: silent,
}

function joinedBy(clause: Clause, actor: string | null | undefined, { repository }: GitHubDelivery) {
  const { several } = clause
  if (several === undefined) return {}
  const ending = actor && !clause.byItself ? ` by ${actor}` : ''
  const href = repository?.html_url
  return {
    joined(sentences: readonly Sentence[]) {
      const ended = sentences.map((sentence) => sentence.ended ?? {})
      // Where one failed, the line leads there.
      const failed = sentences.find((sentence) => sentence.ended?.failed)
      const link = failed?.href ?? href
      return { text: cut(`${several(sentences.length, ended)}${ending}`), ...(link ? { href: link } : {}) }
    },
  }
}

function releaseClause({ action, release }: GitHubDelivery, place: string): Clause | undefined {
  // One release is `created`, `published` and `released` or `prereleased` at once, and drafts are nobody's news.
  if (action === 'created' || !action) return undefined
  const name = release?.name || release?.tag_name || ''
  const act = ['released', 'prereleased'].includes(action) ? 'published' : action
  return {
    text: `${act.replaceAll('_', ' ')} release ${name} of ${place}`,
    href: release?.html_url,
    about: release?.tag_name || name,
    group: ['release', act],
    several: (count) => `${count} releases of ${place} ${act.replaceAll('_', ' ')}`,
  }
}

function refClause({ ref, ref_type: kind }: GitHubDelivery, place: string, verb: string): Clause {
  if (kind === 'repository' || !ref) {
    return { text: `${verb} ${kind ?? 'something'} ${place}`, group: [verb, kind ?? ''] }
  }
  return refChanged(verb, kind ?? 'ref', ref, place)
}

function deploymentClause(
  { deployment_status: status, deployment }: GitHubDelivery,
  place: string,
): Clause | undefined {
  const environment = status?.environment ?? deployment?.environment
  const verb = deployments.get(status?.state ?? '')
  // An older deployment that became inactive is no news.
  if (!status || !verb || !environment) return undefined
  return {
    text: `${place} ${verb} ${environment}`,
    href: status.environment_url ?? status.target_url,
    about: deployment?.ref ?? '',
    group: ['deployment', environment, verb],
    several: (count) => `${place} ${verb} ${environment}, ${count} times`,
    byItself: true,
  }
}

const deployments = new Map<string, string>(
  Object.entries({
    success: 'was deployed to',
    failure: 'could not be deployed to',
    error: 'could not be deployed to',
    in_progress: 'is being deployed to',
    queued: 'waits to be deployed to',
    pending: 'waits to be deployed to',
    waiting: 'waits to be deployed to',
  }),
)

function statusClause(
  { state, context, target_url, sha }: GitHubDelivery,
  place: string,
): Clause | undefined {
  if (!state || !context || state === 'pending') return undefined
  const passed = state === 'success'
  return {
    text: `${context} ${passed ? 'passed' : 'failed'} in ${place}`,
    href: target_url,
    about: context,
    group: ['status', sha ?? ''],
    byItself: true,
    ended: { name: context, passed, failed: !passed },
    several: (_, all) => outcome('check', all, `in ${place}`),
  }
}

function anyDelivery({ event, action }: GitHubDelivery, place: string): Clause {
  const what = event.replaceAll('_', ' ')
  const how = action ? ` ${action.replaceAll('_', ' ')}` : ''
  return {
    text: `${what}${how} in ${place}`,
    group: [event, action ?? ''],
    byItself: true,
    several: (count) => `${what}${how} ${count} times in ${place}`,
  }
}
