import { expect, test } from 'vitest'
import { logOf } from '#widgets/context.fixtures.ts'
import type { LoggedEvent } from '#widgets/define.ts'
import { AUDIT } from '../cache/cache.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import { explainWidget } from './explain.ts'
import { stateMembers } from './widget-state.ts'

const widget = {
  id: 'w',
  type: 'commits',
  key: 'commits@1:x:shared',
  token: 't',
  interests: [{ topic: 'git.push.>', where: { 'data.repository': 'ours' } }],
  widgetType: { definition: { maxAge: 60 } },
} as unknown as PlacedWidget

test('events of a topic that fail a criterion are not told as matching', async () => {
  const logged = (id: string, repository: string): LoggedEvent => ({
    ...{ id, source: 's', type: 'git.push.main', topic: 'git.push.main', time: 1, receivedAt: 2 },
    data: { repository },
  })
  const explanation = await explainWidget({
    widget,
    cache: memoryCache(),
    eventLog: { read: logOf(logged('theirs', 'another'), logged('mine', 'ours')) },
  })
  expect(explanation.events.map(({ id }) => id)).toEqual(['mine'])
  expect(explanation).toMatchObject({
    id: 'w',
    status: 'loading',
    freshness: { fresh: false, loadedAt: null },
  })
})

test('an audit behind a change is told apart from events, also to the stream', async () => {
  const cache = memoryCache()
  const { key } = widget
  await cache.interest([key], 60_000)
  await cache.invalidate([
    { key, cause: { id: 'e', topic: 'git.push.main' } },
    { key, cause: AUDIT },
  ])
  await cache.acquire(key, 'token', 10_000, 0)
  const { now } = await cache.read([])
  await cache.commit(key, 'token', { data: '1', hash: '1', empty: false, dueAt: now + 60_000 })
  const explanation = await explainWidget({ widget, cache, eventLog: { read: logOf() } })
  expect(explanation).toMatchObject({ audited: true, cause: [{ id: 'e', topic: 'git.push.main' }] })
  expect(explanation.cause).toHaveLength(1)
  const [entry] = (await cache.read([key])).entries
  expect(entry && JSON.parse(`{${stateMembers(entry, { token: 't', schema: 's' })}}`)).toMatchObject({
    cause: ['e'],
    topic: 'git.push.main',
  })
})
