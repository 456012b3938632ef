import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { loggedDelivery } from '#sources/github/examples.fixtures.ts'
import type { LoggedEvent } from '../define.ts'
import { ci, fold, iso, minute, noon, repository, states, workflowRun } from './events.fixtures.ts'
import BuildsView from './view.tsx'
import { builds } from './widget.ts'

let ids = 0

describe('a repository that was renamed', () => {
  const run = { run_number: 1, status: 'completed', conclusion: 'failure' }
  const renamed = (at = 5) =>
    loggedDelivery(
      'repository',
      {
        action: 'renamed',
        changes: { repository: { name: { from: 'api' } } },
        repository: { full_name: 'acme/new' },
      },
      { id: `renamed-${ids++}`, time: noon + at * minute },
    )

  test('is followed where its new name is shown too', () => {
    expect(fold([workflowRun(run), renamed()], undefined, ['acme/*']).builds).toMatchObject([
      { repository: 'acme/new', state: 'failed' },
    ])
  })

  test('leaves no job behind where it is not, and the card says so', () => {
    const data = fold([workflowRun(run), renamed()], undefined, ['acme/api'])
    expect(data).toMatchObject({ builds: [], moved: [{ from: 'acme/api', to: 'acme/new' }] })
    const html = renderToStaticMarkup(<BuildsView config={builds.config.parse({})} data={data} />)
    expect(html).toContain('acme/api is now acme/new: name that in the settings of this card.')
  })

  test('may give its name to another one', () => {
    expect(states([workflowRun({ ...run, run_number: 2 }, 9), renamed()])).toEqual(['CI main failed'])
  })
})

test('a repository that is made anew at once is not told as deleted, though its own time is before the other’s arrival', () => {
  const told = (action: string, at: number, receivedAt: number) =>
    loggedDelivery(
      'repository',
      { action, repository: { full_name: 'acme/api' } },
      { id: `${action}-${ids++}`, time: noon + at, receivedAt: noon + receivedAt },
    )
  const deleted = told('deleted', 2000, 2000)
  expect(fold([deleted], undefined, ['acme/api']).moved).toEqual([{ from: 'acme/api' }])
  expect(fold([told('created', 1000, 2500), deleted], undefined, ['acme/api']).moved).toBeUndefined()
})

describe('who may publish to other topics than GitHub’s', () => {
  const failed = workflowRun({
    status: 'completed',
    conclusion: 'failure',
    run_number: 1,
    head_branch: 'dev',
  })
  const published = (topic: string, data: LoggedEvent['data']): LoggedEvent => ({
    ...ci(data, noon + 30 * minute),
    topic,
  })
  const rename = { event: 'repository', repository: { full_name: 'evil/api' } }

  test.each<[string, LoggedEvent['data']]>([
    ['ci.x.repository.deleted', { event: 'repository', action: 'deleted', repository }],
    ['github.acme.web.repository.deleted', { event: 'repository', action: 'deleted', repository }],
    ['ci.delete.x', { event: 'delete', ref: 'dev', ref_type: 'branch', repository }],
    ['github.acme.web.delete.-', { event: 'delete', ref: 'dev', ref_type: 'branch', repository }],
    [
      'ci.y.repository.transferred',
      { ...rename, action: 'transferred', changes: { owner: { from: { user: { login: 'acme' } } } } },
    ],
    [
      'github.acme.web.workflow_run.completed',
      {
        ...{ event: 'workflow_run', repository, workflow: { name: 'CI' } },
        workflow_run: {
          ...{ name: 'CI', workflow_id: 7, run_number: 2, status: 'completed', conclusion: 'success' },
          ...{ head_branch: 'dev', updated_at: iso(1) },
        },
      },
    ],
  ])('takes no job of GitHub’s away, nor says how it ended: %s', (topic, data) => {
    expect(fold([failed, published(topic, data)]).builds).toMatchObject([
      { job: 'CI', state: 'failed', repository: 'acme/api', branch: 'dev' },
    ])
  })

  test('puts no job in the place of one, whatever it is called', () => {
    const other = ci({ job: '7', repository: 'acme/api', branch: 'dev', status: 'passed' })
    expect(states([failed, other])).toEqual(['CI dev failed', '7 dev passed'])
  })

  test('writes one line', () => {
    expect(states([ci({ job: 'a\nb\r\n c', status: 'passed' })])).toEqual(['a b c passed'])
  })
})
