import type { GitHubDelivery } from '#sources/github/delivery.ts'
import type { Clause } from './clause.ts'
import { outcome } from './named.ts'

const endings = new Map<string, string>(
  Object.entries({
    success: 'passed',
    neutral: 'ended',
    cancelled: 'was cancelled',
    skipped: 'was skipped',
    stale: 'was given up',
    timed_out: 'ran out of time',
    action_required: 'waits for approval',
  }),
)

const bad = ['failed', 'ran out of time']
/** What is asked of a check run that ended before: it says no more of that. */
const requests = ['rerequested', 'requested_action']

/** A workflow run speaks once it has ended; check runs of one commit share a line. */
export function runSentence(delivery: GitHubDelivery, place: string): Clause | undefined {
  const { action, workflow_run: workflow, check_run: check } = delivery
  const run = workflow ?? check
  if (run?.status !== 'completed' || requests.includes(action ?? '')) return undefined
  const branch = run.head_branch ?? check?.check_suite?.head_branch
  const where = branch ? `on ${branch} in ${place}` : `in ${place}`
  const ending = endings.get(run.conclusion ?? '') ?? 'failed'
  return {
    text: `${run.name || (workflow ? 'workflow' : 'check')} ${ending} ${where}`,
    href: run.html_url,
    byItself: true,
    ...(workflow
      ? { group: ['workflow', run.id ?? 0] }
      : {
          about: run.name ?? run.id ?? 0,
          group: ['check', run.head_sha ?? ''],
          ended: { name: run.name ?? 'a check', passed: ending === 'passed', failed: bad.includes(ending) },
          several: (_, all) => outcome('check', all, where),
        }),
  }
}
