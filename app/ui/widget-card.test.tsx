import { prerender } from 'react-dom/static'
import { beforeAll, expect, test, vi } from 'vitest'
import type { HubWidget } from '#contract/hub.ts'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import { freshNote, noteWidget } from './note-widget.fixtures.ts'
import { WidgetCard } from './widget-card.tsx'

const fresh: WidgetSnapshot = {
  ...freshNote(Date.now() - 180_500, Date.now() - 60_500),
  topic: 'deploy.prod.web',
}
const error = { code: 'upstream', message: 'status.example.org answered 503.', reference: 'a1b2c3' }

async function html(
  given: {
    state?: Partial<WidgetSnapshot>
    widget?: Partial<HubWidget>
    changedAt?: number
    outdated?: boolean
    paused?: boolean
  } = {},
): Promise<string> {
  const { prelude } = await prerender(
    <WidgetCard
      widget={{ ...noteWidget, ...given.widget }}
      live={{
        state: { ...fresh, ...given.state },
        changedAt: given.changedAt ?? null,
        outdated: given.outdated ?? false,
      }}
      paused={given.paused ?? false}
      retry={async () => undefined}
      href="/team/w/w1"
    />,
  )
  return new Response(prelude).text()
}

/** What a reader sees, without markup. */
async function text(given?: Parameters<typeof html>[0]): Promise<string> {
  return (await html(given)).replaceAll(/<[^>]+>/g, '')
}

// Outside Next's own build `next/dynamic` renders nothing until the view's module has come.
beforeAll(() => vi.waitFor(async () => expect(await html()).toContain('Office hours')))

test('a fresh card shows its title, data, age and the event behind it', async () => {
  const card = await html()
  expect(card).toContain('href="/team/w/w1"')
  expect(card).toContain('Office hours')
  expect(await text()).toContain('1 min ago · changed by deploy.prod.web')
  expect(card).not.toContain('just changed')
})

test('age counts from the last check, not only from the last load', async () => {
  expect(await text({ state: { checkedAt: null } })).toContain('3 min ago')
})

test('a card that has just changed says so', async () => {
  expect(await html({ changedAt: Date.now() })).toContain('just changed')
})

test('a failed load keeps the data and names cause, reference and a way to try again', async () => {
  const card = await text({ state: { status: 'failed', error } })
  for (const words of ['Office hours', error.message, error.reference, 'Try again', 'Update failed'])
    expect(card).toContain(words)
})

test('a failure without data says so in the card', async () => {
  const card = await text({ state: { status: 'failed', data: null, error, loadedAt: null, checkedAt: null } })
  for (const words of ['Could not load', error.message, error.reference, 'Try again'])
    expect(card).toContain(words)
  // Said once, and not by its foot again.
  const foot = (await html({ state: { status: 'failed', data: null, error } })).split('<footer')[1] ?? ''
  expect(foot).toContain('sr-only">Update failed')
  expect(foot).not.toContain('aria-hidden="true">Update failed')
})

test('what is set aside says so, and offers no retry that would be refused', async () => {
  const aside = { ...error, code: 'set-aside' }
  for (const data of [{}, { data: null }]) {
    const card = await text({ state: { ...data, status: 'failed', error: aside } })
    expect(card).toContain(error.message)
    expect(card).not.toContain('Try again')
  }
})

test('a stale card shows its data and says that it is out of date', async () => {
  const card = await text({ state: { status: 'stale' } })
  expect(card).toContain('Out of date')
  expect(card).toContain('Office hours')
})

test('while the page is paused no card says that it is up to date', async () => {
  expect(await text()).toContain('Up to date')
  const paused = await text({ paused: true })
  expect(paused).toContain('Paused')
  expect(paused).not.toContain('Up to date')
})

test('an unavailable type tells its remedy', async () => {
  const remedy = { code: 'unavailable', message: 'Set HUBS_GIT_ROOTS.', reference: 'r1' }
  const card = await text({ state: { status: 'unavailable', data: null, error: remedy } })
  expect(card).toContain('Needs a setting')
  expect(card).toContain('Set HUBS_GIT_ROOTS.')
})

test('a first load is shown as loading', async () => {
  expect(await text({ state: { status: 'loading', data: null, loadedAt: null, checkedAt: null } })).toContain(
    'Loading',
  )
})

test('a widget that cannot be placed any more shows the problem and no state', async () => {
  const problem = { code: 'type-gone', message: 'There is no widget type “old”.', reference: 'r2' }
  const card = await html({ widget: { type: 'old', problem } })
  expect(card).toContain(problem.message)
  expect(card).toContain(problem.reference)
  expect(card).not.toContain('<footer')
})

test('a type this page has no view for asks for a reload and throws nothing', async () => {
  expect(await text({ state: { type: 'from-the-future' } })).toContain('Reload the page')
})

test('a widget of a newer schema keeps what it had and offers to reload', async () => {
  const card = await text({ outdated: true })
  expect(card).toContain('newer version')
  expect(card).toContain('Office hours')
  expect(card).toContain('Reload')
})
