import { expect, test } from 'vitest'
import { demoEvents } from '#drizzle/seed/events.ts'
import { demoHubs } from '#drizzle/seed.ts'
import type { Json, LoadContext, LoggedEvent } from '#widgets/define.ts'
import { matches } from '#widgets/interest.fixtures.ts'
import { partyOf } from '#widgets/kit/party.ts'
import { widgetType } from '#widgets/registry.ts'
import { parseTopic } from '../ingest/topic.ts'
import { COLUMNS, parseHubDocument } from './document.ts'
import { checkSlug } from './slug.ts'

const now = new Date('2026-11-21T12:00:00Z')
const hubs = demoHubs('https://hubs.example.org').map(({ slug, ...document }) => ({
  slug,
  ...parseHubDocument(document, widgetType),
}))
const widgets = hubs.flatMap((hub) => hub.widgets)
const events: LoggedEvent[] = demoEvents(now).map((event) => ({
  ...event,
  time: event.time.getTime(),
  receivedAt: event.receivedAt.getTime(),
  data: event.data as Json,
}))

const context: LoadContext = {
  fetch: () => Promise.reject(new Error('a demo widget reached outside')),
  gitLog: () => Promise.reject(new Error('a demo widget reached outside')),
  events: async ({ topics = [], limit }) => {
    const asked = topics.map((topic) => ({ topic }))
    const found = events.filter((event) => matches(asked, event)).toReversed()
    return { events: found.slice(0, limit), more: found.length > limit }
  },
  secrets: {},
  party: partyOf('demo'),
  now: now.getTime(),
  signal: new AbortController().signal,
}

test.each(widgets)('$id shows something, from nothing outside the machine', async ({ type, config }) => {
  const found = widgetType(type)
  if (!found) throw new Error(`no type ${type}`)
  const { data, empty } = await found.load(found.params(found.parseConfig(config)), context)
  expect(empty).toBe(false)
  expect(data).not.toEqual({})
})

test.each(hubs)('$slug has a slug that is allowed, and cards that neither overlap nor leave gaps', (hub) => {
  checkSlug(hub.slug)
  const cells = new Map<string, string>()
  let rows = 0
  for (const { id = '', position } of hub.widgets) {
    rows = Math.max(rows, position.y + position.h)
    for (let x = position.x; x < position.x + position.w; x++) {
      for (let y = position.y; y < position.y + position.h; y++) {
        expect(cells.get(`${x} ${y}`)).toBeUndefined()
        cells.set(`${x} ${y}`, id)
      }
    }
  }
  expect(cells.size).toBe(rows * COLUMNS)
})

test('demo events are in order, in the past, legal, and say where they are from', () => {
  const times = events.map(({ time }) => time)
  expect(times).toEqual(times.toSorted((a, b) => a - b))
  expect(Math.max(...times)).toBeLessThan(now.getTime())
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
  for (const { source, topic } of events) {
    expect(source).toBe('hubs/demo')
    expect(parseTopic(topic)).not.toBeTypeOf('string')
  }
})

test('widget ids are given, so that the documentation can name them', () => {
  for (const hub of hubs)
    for (const { id } of hub.widgets) expect(id).toMatch(new RegExp(`^${hub.slug}-[a-z]+$`))
})
