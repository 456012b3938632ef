import { readJson } from '#backend/base/content.ts'
import { readMoment } from '#widgets/kit/moment.ts'
import { isJsonObject, type JsonObject } from '../shape.ts'

/** Their actions that GitHub has another name for. */
const actions = new Map([
  ['synchronized', 'synchronize'],
  ['label_updated', 'labeled'],
  ['label_cleared', 'unlabeled'],
])
/** Their events of a review, told apart by what was thought. */
const reviews = new Set(['pull_request_approved', 'pull_request_rejected', 'pull_request_comment'])

/**
 * A delivery of Gitea or Forgejo as GitHub would send it. They send GitHub's headers beside their own and mostly its
 * fields; this is what they say in another way.
 */
export function asGitHub(
  event: string,
  payload: JsonObject,
): { readonly event: string; readonly payload: JsonObject } {
  const { action, review } = payload
  const common = typeof action === 'string' ? { ...payload, action: actions.get(action) ?? action } : payload
  if (isJsonObject(review)) {
    return {
      event: reviews.has(event) ? 'pull_request_review' : event,
      payload: { ...common, action: 'submitted', review: { state: verdict(review), body: review.content } },
    }
  }
  // Every pull request has the field, null when it is not about a review.
  const { review: _, ...plain } = common
  switch (event) {
    case 'push':
      return { event, payload: pushed(plain) }
    case 'fork':
      // What came of it is their repository, and GitHub's forkee.
      return { event, payload: { ...plain, repository: plain.forkee, forkee: plain.repository } }
    case 'issue_comment': {
      // The issue says itself that it is a pull request.
      const { pull_request: __, ...comment } = plain
      return { event, payload: isJsonObject(plain.issue) ? comment : plain }
    }
    case 'workflow_run':
      return { event, payload: { ...plain, workflow_run: ran(plain) } }
    case 'action_run_success':
    case 'action_run_failure':
    case 'action_run_recover':
      return isJsonObject(plain.run)
        ? { event: 'workflow_run', payload: ended(plain.run) }
        : { event, payload: plain }
    default:
      return { event, payload: plain }
  }
}

/** Of the body, which is signed, and not of the event's name. */
function verdict({ type }: JsonObject): string {
  if (String(type).endsWith('approved')) return 'approved'
  return String(type).endsWith('rejected') ? 'changes_requested' : 'commented'
}

function pushed(payload: JsonObject): JsonObject {
  const { before, after, compare_url } = payload
  const none = /^0+$/
  return {
    ...payload,
    created: none.test(String(before)),
    deleted: none.test(String(after)),
    ...(compare_url ? { compare: compare_url } : {}),
  }
}

/** Runs of Gitea tell when they started and ended, and not when they changed; only their workflow has a name. */
function ran({ workflow, workflow_run: run }: JsonObject): unknown {
  if (!isJsonObject(run) || run.updated_at) return run
  const { started_at, completed_at, created_at } = run
  const updated_at = [completed_at, started_at, created_at].find((at) => readMoment(at) !== undefined)
  const name = isJsonObject(workflow) ? workflow.name : undefined
  return { name, run_started_at: started_at, ...run, updated_at }
}

/** Forgejo tells of a run once it has ended, under its own names and with all it is about inside of it. */
function ended(run: JsonObject): JsonObject {
  const { repository, trigger_user, workflow_id, started, stopped, updated, created } = run
  const isSet = (at: unknown) => readMoment(at) !== undefined
  return {
    action: 'completed',
    repository,
    sender: trigger_user,
    workflow_run: {
      id: run.id,
      // The name of its file: that of the workflow is not told.
      name: workflow_id,
      display_title: run.title,
      run_number: run.index_in_repo,
      event: run.trigger_event,
      status: 'completed',
      // That it was cancelled or skipped is told as a failure, by the name of the event and the action.
      conclusion: run.status,
      html_url: run.html_url,
      head_branch: branchOf(run),
      head_sha: run.commit_sha,
      actor: trigger_user,
      created_at: created,
      run_started_at: isSet(started) ? started : undefined,
      updated_at: [stopped, updated, started, created].find(isSet),
    },
  }
}

/** Of a pull request the branch that it offers, as GitHub has it; `prettyref` is its number then. */
function branchOf({ trigger_event, event_payload, prettyref }: JsonObject): unknown {
  if (!String(trigger_event).startsWith('pull_request') || typeof event_payload !== 'string') return prettyref
  const trigger = readJson(Buffer.from(event_payload))?.value
  const pull = isJsonObject(trigger) ? trigger.pull_request : undefined
  const head = isJsonObject(pull) ? pull.head : undefined
  return (isJsonObject(head) && head.label) || prettyref
}
