import { readMoment } from '#widgets/moment.ts'
import { type Fielded, isFielded } from './projection.ts'

/** Where the object an event is about stands, when it is not named as the event. */
const objects = new Map<string, readonly string[]>(
  Object.entries({
    issues: ['issue'],
    issue_comment: ['comment'],
    commit_comment: ['comment'],
    discussion_comment: ['comment'],
    pull_request_review: ['review', 'pull_request'],
    pull_request_review_comment: ['comment'],
    pull_request_review_thread: ['pull_request'],
    dependabot_alert: ['alert'],
    code_scanning_alert: ['alert'],
    repository_vulnerability_alert: ['alert'],
    fork: ['forkee'],
    branch_protection_rule: ['rule'],
    deploy_key: ['key'],
    page_build: ['build'],
  }),
)
const fields = [
  'updated_at',
  'completed_at',
  'submitted_at',
  'published_at',
  'closed_at',
  'starred_at',
  'started_at',
  'created_at',
] as const

/** When the event happened by its payload, milliseconds since 1970: the latest time of the object it is about. */
export function gitHubTime(event: string, payload: Fielded): number | undefined {
  // A push is as new as the repository says; its commits may be of any age.
  if (event === 'push') {
    const { repository, head_commit: head } = payload
    return readMoment(fieldOf(repository, 'pushed_at')) ?? readMoment(fieldOf(head, 'timestamp'))
  }
  let latest: number | undefined
  for (const about of [payload, ...(objects.get(event) ?? [event]).map((name) => payload[name])]) {
    for (const field of fields) {
      const at = readMoment(fieldOf(about, field))
      if (at !== undefined && (latest === undefined || at > latest)) latest = at
    }
  }
  return latest
}

function fieldOf(value: unknown, field: string): unknown {
  return isFielded(value) && Object.hasOwn(value, field) ? value[field] : undefined
}
