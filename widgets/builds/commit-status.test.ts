import { describe, expect, test } from 'vitest'
import { loggedDelivery } from '#sources/github/examples.fixtures.ts'
import { ci, iso, minute, noon, repository, states } from './events.fixtures.ts'

let ids = 0

describe('commit statuses', () => {
  const status = (state: string, minutes: number, fields: Record<string, unknown> = {}) =>
    loggedDelivery(
      'status',
      {
        ...{ repository, id: minutes, sha: 'abc', context: 'ci/jenkins', state, updated_at: iso(minutes) },
        ...{ branches: [{ name: 'main' }], target_url: 'https://ci.example/1', ...fields },
      },
      { id: `status-${ids++}`, receivedAt: noon + 60 * minute },
    )

  test('are jobs of the branches that the commit heads', () => {
    const branches = [{ name: 'main' }, { name: 'release/1' }]
    expect(states([status('pending', 0), status('error', 3, { branches })])).toEqual([
      'ci/jenkins main failed',
      'ci/jenkins release/1 failed',
    ])
  })

  test('end what they began, though the branch has moved on', () => {
    expect(states([status('pending', 0), status('success', 3, { branches: [] })])).toEqual([
      'ci/jenkins main passed',
    ])
  })
})

test('a status that leaves it to a conclusion is that', () => {
  expect(states([ci({ job: 'web', status: 'completed', conclusion: 'failure' })])).toEqual(['web failed'])
})
