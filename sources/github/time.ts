import { readMoment } from '#widgets/kit/moment.ts'
import { isJsonObject, type JsonObject } from '../shape.ts'

/** Where the object an event is about stands, when it is not named as the event. */
const objects = new Map<string, readonly string[]>(
  Object.entries({
    issues: ['issue'],
    issue_comment: ['comment'],
    commit_comment: ['comment'],
    discussion_comment: ['comment'],
    pull_request_review: ['review', 'pull_request'],
    pull_request_review_comment: ['comment'],
    // Their time is at the top of the payload, if it is told: the pull request stays as it was.
    pull_request_review_thread: [],
    dependabot_alert: ['alert'],
    code_scanning_alert: ['alert'],
    repository_vulnerability_alert: ['alert'],
    fork: ['forkee'],
    branch_protection_rule: ['rule'],
    deploy_key: ['key'],
    page_build: ['build'],
  }),
)
/**
 * Actions, of any event or of one, that leave `updated_at` of what they are done to as it was, or did in a payload of
 * GitHub's: the time of an earlier change is worse than none.
 */
const untouching = new Set([
  ...[
    'deleted',
    'transferred',
    'pinned',
    'unpinned',
    'moved',
    'reordered',
    'rerequested',
    'requested_action',
  ],
  ...['labeled', 'unlabeled', 'locked', 'unlocked'].map((action) => `discussion.${action}`),
  ...['edited', 'renamed', 'archived', 'unarchived', 'publicized', 'privatized'].map(
    (action) => `repository.${action}`,
  ),
])
/** Actions that set one of the other times; events without an action are of what is new. */
const setting = new Set([
  ...['created', 'create', 'opened', 'published', 'released', 'prereleased', 'submitted'],
  ...['requested', 'queued', 'waiting', 'in_progress', 'completed', 'closed', ''],
])
const ownTimes = [
  'completed_at',
  'submitted_at',
  'published_at',
  'closed_at',
  'starred_at',
  'started_at',
  'created_at',
] as const

/**
 * When the event happened by its payload, milliseconds since 1970: the latest of the times that its action sets on the
 * object it is about. Nothing when it sets none; the event is of its arrival then.
 */
export function deliveryTime(event: string, payload: JsonObject): number | undefined {
  // Not its commits, which may be of any age.
  if (event === 'push') return readMoment(fieldOf(payload.repository, 'pushed_at'))
  const action = typeof payload.action === 'string' ? payload.action : ''
  const fields = [
    ...(untouching.has(action) || untouching.has(`${event}.${action}`) ? [] : ['updated_at']),
    ...(setting.has(action) ? ownTimes : []),
  ]
  let latest: number | undefined
  for (const about of [payload, ...(objects.get(event) ?? [event]).map((name) => payload[name])]) {
    for (const field of fields) {
      // A release has the one of its commit there.
      if (event === 'release' && field === 'created_at') continue
      const at = readMoment(fieldOf(about, field))
      if (at !== undefined && (latest === undefined || at > latest)) latest = at
    }
  }
  return latest
}

function fieldOf(value: unknown, field: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, field) ? value[field] : undefined
}
