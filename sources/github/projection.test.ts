import { expect, test } from 'vitest'
import { accepted, example } from './delivered.fixtures.ts'
import { projectDelivery } from './projection.ts'

test('what widgets fold is in the projection', async () => {
  const { data, source, time } = await accepted('pull_request', example('pull_request', 'opened'))
  expect(data).toMatchObject({
    action: 'opened',
    repository: {
      full_name: 'Codertocat/Hello-World',
      html_url: 'https://github.com/Codertocat/Hello-World',
    },
    sender: { login: 'Codertocat' },
    pull_request: {
      number: 2,
      title: 'Update the README with new information.',
      state: 'open',
      draft: false,
      merged: false,
      html_url: 'https://github.com/Codertocat/Hello-World/pull/2',
      user: { login: 'Codertocat' },
      head: { ref: 'changes' },
      base: { ref: 'master' },
      updated_at: '2019-05-15T15:20:33Z',
      closed_at: null,
    },
  })
  expect(source).toBe('https://github.com/Codertocat/Hello-World')
  expect(time).toBe(Date.parse('2019-05-15T15:20:33Z'))
  expect((await accepted('workflow_run', example('workflow_run'))).data).toMatchObject({
    workflow_run: { run_number: 36, run_attempt: 1, status: 'queued', conclusion: null, head_branch: 'main' },
  })
})

test('a push keeps twenty commits by their first lines, and says how many there were', () => {
  const commit = {
    id: 'f'.repeat(40),
    message: 'Fix it\n\nAt length',
    timestamp: '2026-01-01T00:00:00Z',
    author: { name: 'A' },
  }
  const projection = projectDelivery('push', { ...example('push'), commits: Array(300).fill(commit) })
  expect(projection.commits).toHaveLength(20)
  expect(projection.commits?.[0]).toEqual({ ...commit, message: 'Fix it' })
  expect(projection.commit_count).toBe(300)
})

test('any payload at all is projected to at most 64 KiB', () => {
  const wide = 'ß\u0001"'.repeat(20_000)
  const user = { login: wide, html_url: wide, type: wide }
  const commit = {
    id: wide,
    message: wide,
    timestamp: wide,
    url: wide,
    author: { name: wide, username: wide },
  }
  const stuffed = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`x${index}`, { name: wide, title: wide, html_url: wide }]),
  )
  const projection = projectDelivery(wide, {
    ...stuffed,
    action: wide,
    sender: user,
    head_commit: commit,
    commits: Array(100).fill(commit),
    pull_request: { title: wide, user, labels: Array(100).fill({ name: wide, color: wide }) },
    issue: { title: wide, user, labels: Array(100).fill({ name: wide, color: wide }) },
    workflow_run: { name: wide, display_title: wide, head_commit: commit, actor: user },
    branches: Array(100).fill({ name: wide }),
    pages: Array(100).fill({ page_name: wide, title: wide, action: wide, html_url: wide }),
  })
  expect(Buffer.byteLength(JSON.stringify(projection))).toBeLessThanOrEqual(64 * 1024)
})
