import { prerender } from 'react-dom/static'
import { beforeEach, expect, test, vi } from 'vitest'
import { type PageReads, provideServices, type Services } from '#backend/edge/services.ts'
import { freshNote, noteWidget } from '../../ui/note-widget.fixtures.ts'
import { generateMetadata, default as Page } from './page.tsx'

const told = new Headers()
vi.mock('next/headers', () => ({ headers: async () => told }))

const widget = { ...noteWidget, title: 'Salaries' }
const state = freshNote(1_000)
const asked = {
  params: Promise.resolve({ widget: widget.id }),
  searchParams: Promise.resolve({}),
}

async function html(): Promise<string> {
  const { prelude } = await prerender(await Page(asked))
  return new Response(prelude).text()
}

beforeEach(() => {
  told.delete('hubs-refused-origin')
  const snapshot = { cursor: '1:1', now: 2_000, through: 2_000, revision: 1, widgets: {} }
  const reads: Partial<PageReads> = {
    embed: async () => ({ hub: { slug: 'team', title: 'Team' }, widget, state, snapshot, paused: false }),
  }
  const services: Partial<Services> = { build: 'b', as: () => reads as PageReads }
  // No other is asked.
  provideServices(services as Services)
})

test('an embedded widget is shown under its title', async () => {
  expect((await generateMetadata(asked)).title).toBe('Salaries')
  expect(await html()).toContain('Salaries')
})

test('a page that may not show a widget learns whom its hub must allow, and nothing of the widget', async () => {
  told.set('hubs-refused-origin', 'https://other.example.org')
  const all = JSON.stringify(await generateMetadata(asked)) + (await html())
  expect(all).toContain('https://other.example.org')
  expect(all).not.toContain('Salaries')
  expect(all).not.toContain('hello')
})
