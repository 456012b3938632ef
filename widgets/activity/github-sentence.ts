import type { LoggedEvent } from '../define.ts'
import { cut } from './cut.ts'
import { type GitHubDelivery, githubDelivery } from './github-delivery.ts'
import { pushSentence } from './push-sentence.ts'
import { runSentence } from './run-sentence.ts'
import type { Sentence } from './sentence.ts'
import { commentTold, numberedTold, reviewTold } from './thread-sentence.ts'
import type { Tell, Told } from './told.ts'

/** What a delivery says; `unknown` for an event that only looks like one by its topic. */
export function githubSentence(event: LoggedEvent): Sentence | undefined | 'unknown' {
  const { data: delivery } = githubDelivery.safeParse(event.data)
  if (delivery === undefined) return 'unknown'
  const place = delivery.repository?.full_name ?? delivery.organization?.login ?? 'GitHub'
  const tell = Object.hasOwn(tellers, delivery.event) ? tellers[delivery.event] : anyDelivery
  const told = tell?.(delivery, place)
  if (told === undefined) return undefined
  const actor = delivery.sender?.login
  const href = told.href ?? delivery.repository?.html_url
  return {
    ...(actor && !told.byItself ? { actor } : {}),
    text: cut(actor || told.byItself ? told.text : `somebody ${told.text}`),
    ...(href ? { href } : {}),
    group: JSON.stringify([place, delivery.event, ...(told.byItself ? [] : [actor ?? '']), ...told.group]),
    ...joinedBy(told, actor, delivery),
  }
}

const silent: Tell = () => undefined

const tellers: { readonly [event: string]: Tell } = {
  push: pushSentence,
  pull_request: (delivery, place) => numberedTold(delivery, place, 'pull request', delivery.pull_request),
  issues: (delivery, place) => numberedTold(delivery, place, 'issue', delivery.issue),
  discussion: (delivery, place) => numberedTold(delivery, place, 'discussion', delivery.discussion),
  pull_request_review: reviewTold,
  pull_request_review_comment: (delivery, place) =>
    commentTold(delivery, place, 'pull request', delivery.pull_request),
  issue_comment: (delivery, place) =>
    commentTold(delivery, place, delivery.issue?.pull_request ? 'pull request' : 'issue', delivery.issue),
  discussion_comment: (delivery, place) => commentTold(delivery, place, 'discussion', delivery.discussion),
  commit_comment: (delivery, place) => ({
    text: `commented on a commit of ${place}`,
    href: delivery.comment?.html_url,
    group: [],
    several: (count) => `${count} comments on commits of ${place}`,
  }),
  release: releaseTold,
  create: (delivery, place) => refTold(delivery, place, 'created'),
  delete: (delivery, place) => refTold(delivery, place, 'deleted'),
  fork: ({ forkee }, place) => ({
    text: `forked ${place}${forkee?.full_name ? ` to ${forkee.full_name}` : ''}`,
    href: forkee?.html_url,
    group: [],
  }),
  star: ({ action }, place) => (action === 'deleted' ? undefined : { text: `starred ${place}`, group: [] }),
  workflow_run: runSentence,
  check_run: runSentence,
  check_suite: silent,
  workflow_job: silent,
  deployment: silent,
  deployment_status: deploymentTold,
  status: statusTold,
  ping: silent,
  meta: silent,
  // GitHub sends it beside `star`.
  watch: silent,
}

function joinedBy(told: Told, actor: string | null | undefined, { repository }: GitHubDelivery) {
  const { several } = told
  if (several === undefined) return {}
  const ending = actor && !told.byItself ? ` by ${actor}` : ''
  const href = repository?.html_url
  return {
    joined: (count: number) => ({ text: cut(`${several(count)}${ending}`), ...(href ? { href } : {}) }),
  }
}

function releaseTold({ action, release }: GitHubDelivery, place: string): Told | undefined {
  // One release is `created`, `published` and `released` at once.
  if (action === 'created' || action === 'released' || !action) return undefined
  const name = release?.name || release?.tag_name || ''
  return {
    text: `${action.replaceAll('_', ' ')} release ${name} of ${place}`,
    href: release?.html_url,
    group: [action, name],
  }
}

function refTold({ ref, ref_type: kind }: GitHubDelivery, place: string, verb: string): Told {
  if (kind === 'repository' || !ref) return { text: `${verb} ${kind ?? 'something'} ${place}`, group: [] }
  return {
    text: `${verb} ${kind} ${ref} in ${place}`,
    group: [kind ?? ''],
    several: (count) => `${count} ${kind === 'branch' ? 'branches' : `${kind}s`} ${verb} in ${place}`,
  }
}

function deploymentTold(
  { deployment_status: status, deployment }: GitHubDelivery,
  place: string,
): Told | undefined {
  const environment = status?.environment ?? deployment?.environment
  if (!status?.state || !environment) return undefined
  return {
    text: `${place} to ${environment}: ${status.state.replaceAll('_', ' ')}`,
    href: status.environment_url ?? status.target_url,
    group: [environment, deployment?.ref ?? ''],
    byItself: true,
  }
}

function statusTold({ state, context, target_url, sha }: GitHubDelivery, place: string): Told | undefined {
  if (!state || !context || state === 'pending') return undefined
  const verb = state === 'success' ? 'passed' : 'failed'
  return {
    text: `${context} ${verb} in ${place}`,
    href: target_url,
    group: [context, sha ?? ''],
    byItself: true,
  }
}

function anyDelivery({ event, action }: GitHubDelivery, place: string): Told {
  const what = event.replaceAll('_', ' ')
  const how = action ? ` ${action.replaceAll('_', ' ')}` : ''
  return {
    text: `${what}${how} in ${place}`,
    group: [action ?? ''],
    byItself: true,
    several: (count) => `${what}${how} ${count} times in ${place}`,
  }
}
