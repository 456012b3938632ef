import { describe, expect, test } from 'vitest'
import { loggedDelivery } from '#sources/github/examples.fixtures.ts'
import { iso, minute, noon, repository, states, workflowRun } from './events.fixtures.ts'

let ids = 0

describe('branches that are no more', () => {
  const run = { run_number: 1, run_started_at: iso(0), status: 'completed', conclusion: 'failure' }
  const deleted = (ref: string, minutes: number) =>
    loggedDelivery(
      'delete',
      { repository, ref, ref_type: 'branch' },
      { id: `gone-${ids++}`, time: noon + minutes * minute },
    )

  test('take their jobs with them, also those that end later', () => {
    const late = workflowRun({ ...run, head_branch: 'try' }, 9)
    expect(states([late, workflowRun(run), deleted('try', 5)])).toEqual(['CI main failed'])
  })

  test('may be made anew', () => {
    const again = workflowRun({ ...run, head_branch: 'try', run_number: 2, run_started_at: iso(6) }, 9)
    expect(states([again, deleted('try', 5), deleted('try', 1)])).toEqual(['CI try failed'])
  })

  test('of a merge queue are one', () => {
    const queued = (pull: number, conclusion: string, minutes: number) =>
      workflowRun(
        {
          ...run,
          run_number: pull,
          conclusion,
          head_branch: `gh-readonly-queue/main/pr-${pull}-${'ab'.repeat(20)}`,
        },
        minutes,
      )
    expect(states([queued(1, 'failure', 0), queued(2, 'success', 5)])).toEqual([
      'CI merge queue of main passed',
    ])
  })
})
