import { isJsonObject, type JsonObject } from '../shape.ts'

/** Fields, by dotted path, that the payloads of an event have. The first row all of whose fields are there tells. */
const shapes: readonly (readonly [fields: string, ...events: readonly string[]])[] = [
  ['pull_request comment', 'pull_request_review_comment'],
  ['pull_request thread', 'pull_request_review_thread'],
  ['pull_request review', 'pull_request_review'],
  ['pull_request', 'pull_request'],
  ['issue comment', 'issue_comment'],
  ['issue', 'issues'],
  ['discussion comment', 'discussion_comment'],
  ['discussion', 'discussion'],
  ['comment', 'commit_comment'],
  ['deployment_status', 'deployment_status'],
  ['deployment_callback_url', 'deployment_protection_rule'],
  ['workflow_run since', 'deployment_review'],
  ['workflow_job', 'workflow_job'],
  ['deployment', 'deployment'],
  ['check_run', 'check_run'],
  ['check_suite', 'check_suite'],
  ['workflow_run', 'workflow_run'],
  ['merge_group', 'merge_group'],
  ['release', 'release'],
  ['alert location', 'secret_scanning_alert_location'],
  ['alert commit_oid', 'code_scanning_alert'],
  ['alert.rule', 'code_scanning_alert'],
  ['alert.dependency', 'dependabot_alert'],
  ['alert.affected_range', 'repository_vulnerability_alert'],
  ['alert.secret_type', 'secret_scanning_alert'],
  ['cache_location', 'cache_sync'],
  ['ref commits', 'push'],
  ['ref before after', 'push'],
  ['inputs workflow', 'workflow_dispatch'],
  ['client_payload', 'repository_dispatch'],
  ['sha context state', 'status'],
  ['ref ref_type master_branch', 'create'],
  ['ref ref_type', 'create', 'delete'],
  ['forkee', 'fork'],
  ['pages', 'gollum'],
  ['build', 'page_build'],
  ['starred_at', 'star'],
  ['zen', 'ping'],
  ['hook', 'meta'],
  ['label', 'label'],
  ['milestone', 'milestone'],
  ['member scope', 'membership'],
  ['member', 'member'],
  ['team action', 'team'],
  ['team', 'team_add'],
  ['membership', 'organization'],
  ['invitation', 'organization'],
  ['repositories_added', 'installation_repositories'],
  ['installation.app_id action', 'installation'],
]
/** Events whose payloads have no object of their own: what they are about, and what may have happened to it. */
const bare: readonly (readonly [event: string, about: string, actions: readonly string[]])[] = [
  [
    'repository',
    'repository',
    [
      'created',
      'deleted',
      'archived',
      'unarchived',
      'edited',
      'renamed',
      'transferred',
      'publicized',
      'privatized',
    ],
  ],
  ['watch', 'repository', ['started']],
  ['organization', 'organization', ['renamed', 'deleted']],
]
const common = new Set([
  'action',
  'changes',
  'repository',
  'organization',
  'enterprise',
  'installation',
  'sender',
])
const known = new Set([...shapes.flatMap(([, ...events]) => events), ...bare.map(([event]) => event)])

/**
 * Whether a payload can be that of `event`. GitHub signs the payload and not the event's name, so that what somebody
 * caught could else be sent as another event. An event that is not known here must look like none of those that are.
 */
export function fitsEvent(event: string, payload: JsonObject): boolean {
  const row = shapes.find(([fields]) => fields.split(' ').every((path) => has(payload, path.split('.'))))
  if (row) return row.slice(1).includes(event)
  const about = has(payload, ['repository']) ? 'repository' : 'organization'
  const isBare = Object.entries(payload).every(
    ([field, value]) => common.has(field) || typeof value !== 'object' || value === null,
  )
  const plain = bare.find(
    ([, subject, actions]) =>
      isBare && subject === about && actions.some((action) => action === payload.action),
  )
  return plain ? plain[0] === event : !known.has(event)
}

function has(value: unknown, [field, ...rest]: readonly string[]): boolean {
  if (field === undefined) return true
  return isJsonObject(value) && Object.hasOwn(value, field) && has(value[field], rest)
}
