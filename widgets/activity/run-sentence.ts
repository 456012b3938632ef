import type { GitHubDelivery } from './github-delivery.ts'
import type { Told } from './told.ts'

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

/** A workflow run speaks once it has ended; check runs of one commit share a line. */
export function runSentence(delivery: GitHubDelivery, place: string): Told | undefined {
  const { workflow_run: workflow, check_run: check } = delivery
  const run = workflow ?? check
  if (run?.status !== 'completed') return undefined
  const branch = run.head_branch ?? run.check_suite?.head_branch
  const where = branch ? `on ${branch} in ${place}` : `in ${place}`
  const ending = endings.get(run.conclusion ?? '') ?? 'failed'
  return {
    text: `${run.name || (workflow ? 'workflow' : 'check')} ${ending} ${where}`,
    href: run.html_url,
    group: workflow ? [run.id ?? 0] : [run.head_sha ?? ''],
    byItself: true,
    ...(workflow ? {} : { several: (count: number) => `${count} checks ended ${where}` }),
  }
}
