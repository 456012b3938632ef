import { expect, test } from 'vitest'
import { isRefusal } from '#backend/base/refusal.ts'
import { deliver } from './delivered.fixtures.ts'

test('an event of Gitea is of the server it came from, and of none that is not told', async () => {
  const headers = { 'x-gitea-event': 'package' }
  const about = { action: 'created', package: { id: 1, name: 'web' }, organization: { login: 'acme' } }
  const told = { ...about, sender: { login: 'anna', html_url: 'https://git.example.org/anna' } }
  expect(await deliver('package', told, { headers })).toMatchObject({
    events: [{ source: 'https://git.example.org/acme', topic: 'github.acme.-.package.created' }],
  })
  const untold = { ...about, sender: { login: 'anna' } }
  expect(await deliver('package', untold, { headers })).toMatchObject({ refused: 'malformed' })
  expect(await deliver('package', untold)).toMatchObject({ events: [{ source: 'https://github.com/acme' }] })
})

test.each([
  ['synchronized', 'synchronize'],
  ['label_updated', 'labeled'],
  ['label_cleared', 'unlabeled'],
  ['closed', 'closed'],
])('what Gitea calls %s, GitHub calls %s', async (action, called) => {
  const repository = { full_name: 'acme/api', html_url: 'https://git.example.org/acme/api' }
  const sent = { action, number: 1, pull_request: { number: 1, title: 'Fix' }, review: null, repository }
  const topic = `github.acme.api.pull_request.${called}`
  const headers = { 'x-gitea-event': 'pull_request' }
  expect(await deliver('pull_request', sent, { headers })).toMatchObject({
    events: [{ topic, type: `com.github.pull_request.${called}`, data: { action: called } }],
  })
})

test('a run of Actions that Forgejo tells of is a workflow run of GitHub', async () => {
  const repository = { full_name: 'acme/api', html_url: 'https://git.example.org/acme/api' }
  const times = {
    created: '2029-12-31T11:59:00Z',
    started: '2029-12-31T12:00:00Z',
    stopped: '2029-12-31T12:05:00Z',
  }
  const run = {
    ...{ id: 9, title: 'Fix', repository, trigger_user: { login: 'anna' }, workflow_id: 'ci.yml' },
    ...{ index_in_repo: 4, prettyref: 'main', commit_sha: 'a'.repeat(40), trigger_event: 'push' },
    ...{ event_payload: '{}', status: 'success', ...times, updated: times.stopped },
    html_url: 'https://git.example.org/acme/api/actions/runs/4',
  }
  const sent = (told: object) => ({ action: 'recover', run: { ...run, ...told }, prior_status: 'running' })
  const headers = { 'x-gitea-event': 'action_run_recover', 'x-forgejo-event': 'action_run_recover' }
  const read = async (told: object = {}) => {
    const reading = await deliver('action_run_recover', sent(told), { headers })
    if (isRefusal(reading)) throw new Error(JSON.stringify(reading))
    return reading.events[0]
  }
  const workflow_run = {
    ...{ id: 9, name: 'ci.yml', display_title: 'Fix', run_number: 4, event: 'push', status: 'completed' },
    ...{ conclusion: 'success', html_url: run.html_url, head_branch: 'main', head_sha: run.commit_sha },
    ...{ actor: { login: 'anna' }, created_at: times.created, run_started_at: times.started },
    updated_at: times.stopped,
  }
  expect(await read()).toMatchObject({
    source: repository.html_url,
    topic: 'github.acme.api.workflow_run.completed',
    time: Date.parse(times.stopped),
    data: { event: 'workflow_run', action: 'completed', repository, sender: { login: 'anna' } },
  })
  expect((await read())?.data).toHaveProperty('workflow_run', workflow_run)

  // Never set is not when it began, and of a pull request counts what it offers, if that is told.
  const pull = { trigger_event: 'pull_request', prettyref: '#7' }
  const offered = (label: string) => JSON.stringify({ pull_request: { head: { label } } })
  const { run_started_at: _, ...unstarted } = workflow_run
  const given = { ...pull, started: '0001-01-01T00:00:00Z', event_payload: offered('try') }
  expect((await read(given))?.data).toHaveProperty('workflow_run', {
    ...{ ...unstarted, event: 'pull_request', head_branch: 'try' },
  })
  for (const event_payload of ['{', '[]', '{}', offered('')]) {
    expect((await read({ ...pull, event_payload }))?.data).toMatchObject({
      workflow_run: { head_branch: '#7' },
    })
  }
  expect(await read({ prettyref: 'v1', event_payload: offered('try') })).toMatchObject({
    data: { workflow_run: { head_branch: 'v1' } },
  })
})
