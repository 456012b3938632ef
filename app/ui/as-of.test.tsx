import type { ReactNode } from 'react'
import { prerender } from 'react-dom/static'
import { expect, test } from 'vitest'
import type { HubView } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import { EmbedPage } from './embed-page.tsx'
import { HubPage } from './hub-page.tsx'
import { freshNote, noteWidget } from './note-widget.fixtures.ts'
import { WidgetPage } from './widget-page.tsx'

const hub: HubView = {
  ...{ slug: 'team', title: 'Team', summary: '', visibility: 'public', embedOrigins: [], revision: 1 },
  widgets: [noteWidget],
}
const through = Date.UTC(2026, 10, 30, 10, 6)
const now = Date.UTC(2026, 10, 30, 10, 8)
const state = { ...freshNote(through), data: null }
const snapshot: Snapshot = { cursor: '1:1', now, through, revision: 1, widgets: { w1: state } }

/** What a reader without scripts sees. */
async function text(page: ReactNode): Promise<string> {
  const { prelude } = await prerender(page)
  return (await new Response(prelude).text()).replaceAll(/<[^>]+>/g, '')
}

const pages: readonly [string, (paused: boolean) => ReactNode][] = [
  ['a hub', (paused) => <HubPage hub={hub} {...{ snapshot, paused, build: 'b' }} />],
  [
    'a widget',
    (paused) => (
      <WidgetPage hub={hub} widget={noteWidget} {...{ snapshot, paused, build: 'b' }}>
        {null}
      </WidgetPage>
    ),
  ],
  [
    'an embed',
    (paused) => (
      <EmbedPage hub={hub} widget={noteWidget} theme="auto" {...{ snapshot, paused, build: 'b' }} />
    ),
  ],
]

test.each(pages)('the HTML of %s that is paused is of the moment since when it is', async (_, page) => {
  const paused = await text(page(true))
  expect(paused).toContain('Updates are paused since 10:06 UTC')
  expect(paused).toContain('As of 30 Nov 2026, 10:06 UTC')
  expect(paused).not.toContain('10:08')
  expect(paused).not.toContain('Up to date')
})

test.each(pages)('the HTML of %s that is not paused is of the moment it was made', async (_, page) => {
  const made = await text(page(false))
  expect(made).toContain('As of 30 Nov 2026, 10:08 UTC')
  expect(made).toContain('Up to date')
  expect(made).not.toContain('aused')
})
