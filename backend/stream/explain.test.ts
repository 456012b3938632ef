import { expect, test } from 'vitest'
import type { LoggedEvent } from '#widgets/define.ts'
import { memoryCache } from '../cache/memory-cache.ts'
import type { PlacedWidget } from '../hubs/placed.ts'
import { explainWidget } from './explain.ts'

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
    eventLog: { read: async () => [logged('theirs', 'another'), logged('mine', 'ours')] },
  })
  expect(explanation.events.map(({ id }) => id)).toEqual(['mine'])
  expect(explanation).toMatchObject({
    id: 'w',
    status: 'loading',
    freshness: { fresh: false, loadedAt: null },
  })
})

test('a database that is away is told by its code', async () => {
  const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })
  const read = () => Promise.reject(new Error('Failed query', { cause: refused }))
  await expect(explainWidget({ widget, cache: memoryCache(), eventLog: { read } })).rejects.toMatchObject({
    code: 'database-away',
  })
})
