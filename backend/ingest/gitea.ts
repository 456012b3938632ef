import { readMoment } from '#widgets/moment.ts'
import { type Fielded, isFielded } from './projection.ts'

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
  payload: Fielded,
): { readonly event: string; readonly payload: Fielded } {
  const { action, review } = payload
  const common = typeof action === 'string' ? { ...payload, action: actions.get(action) ?? action } : payload
  if (isFielded(review)) {
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
      return { event, payload: isFielded(plain.issue) ? comment : plain }
    }
    case 'workflow_run':
      return { event, payload: { ...plain, workflow_run: ran(plain) } }
    default:
      return { event, payload: plain }
  }
}

/** Of the body, which is signed, and not of the event's name. */
function verdict({ type }: Fielded): string {
  if (String(type).endsWith('approved')) return 'approved'
  return String(type).endsWith('rejected') ? 'changes_requested' : 'commented'
}

function pushed(payload: Fielded): Fielded {
  const { before, after, compare_url } = payload
  const none = /^0+$/
  return {
    ...payload,
    created: none.test(String(before)),
    deleted: none.test(String(after)),
    ...(compare_url ? { compare: compare_url } : {}),
  }
}

/** Their runs tell when they started and ended, and not when they changed; only their workflow has a name. */
function ran({ workflow, workflow_run: run }: Fielded): unknown {
  if (!isFielded(run) || run.updated_at) return run
  const { started_at, completed_at, created_at } = run
  const updated_at = [completed_at, started_at, created_at].find((at) => readMoment(at) !== undefined)
  const name = isFielded(workflow) ? workflow.name : undefined
  return { name, run_started_at: started_at, ...run, updated_at }
}
