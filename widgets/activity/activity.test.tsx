import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { contextWith, logOf } from '../context.fixtures.ts'
import { implement, type LoadContext, type LoggedEvent } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { plain } from './events.fixtures.ts'
import { load } from './loader.ts'
import ActivityView from './view.tsx'
import { activity } from './widget.ts'

const type = implement(activity, load)

describe('which events make it stale', () => {
  const interests = activity.interests(activity.config.parse({ topics: ['deploy.*.web', 'github.acme.>'] }))
  test.each(['deploy.prod.web', 'github.acme.api.push.-'])('%s', (topic) => {
    expect(matches(interests, { topic })).toBe(true)
  })
  test.each(['deploy.prod.api', 'deploy.prod.web.done', 'github.acme', ''])('not %s', (topic) => {
    expect(matches(interests, { topic })).toBe(false)
  })
  test('without any config, every one', () => {
    expect(matches(activity.interests(activity.config.parse({})), { topic: 'a' })).toBe(true)
  })
})

test.each([
  ['no topics', { topics: [] }],
  ['no pattern', { topics: ['a..b'] }],
  ['too much', { limit: 101 }],
  ['nothing', { limit: 0 }],
])('refuses %s as config', (_, config) => {
  expect(activity.config.safeParse(config).success).toBe(false)
})

describe('the loader', () => {
  const params = type.params(type.parseConfig({ topics: ['deploy.>'], limit: 2 }))

  test('reads more events than it shows lines', async () => {
    const loaded = await type.load(
      params,
      contextWith({
        events: async (query) => {
          expect(query).toEqual({ topics: ['deploy.>'], limit: 10 })
          return { events: ['a', 'b', 'c'].map((topic) => plain(topic, null)), more: false }
        },
      }),
    )
    expect(loaded).toMatchObject({ empty: false, data: { lines: { length: 2 } } })
  })

  test('reads on, and says where it stopped', async () => {
    const logWith = (other: number) =>
      Array.from({ length: 50 }, (_, n) => ({
        ...plain(n === other ? 'deploy.b' : 'deploy.a', null),
        ...{ id: String(n), receivedAt: 1_000_000 - n },
      }))
    const load = (log: readonly LoggedEvent[], most = 10) => {
      const events: LoadContext['events'] = async ({ before, limit }) => {
        const from = before === undefined ? 0 : Number(before.id) + 1
        const to = Math.min(log.length, from + Math.min(limit, most))
        return { events: log.slice(from, to), more: to < log.length }
      }
      return type.load(params, contextWith({ events }))
    }
    expect(await load(logWith(39))).toMatchObject({ data: { lines: [{}, {}] } })
    const whole = await load(logWith(40).slice(0, 40))
    expect(whole).toMatchObject({ data: { lines: [{}] } })
    expect(whole).not.toHaveProperty('notes')
    expect(await load(logWith(40))).toMatchObject({
      data: { lines: [{}] },
      notes: [expect.stringContaining('what arrived before 1970-01-01T00:16:39.961Z is not shown')],
    })
    // Cut because of their size.
    expect(await load(logWith(5), 3)).toMatchObject({
      data: { lines: [{}] },
      notes: [expect.stringContaining('what arrived before 1970-01-01T00:16:39.998Z is not shown')],
    })
  })

  test('fails when the event log does', async () => {
    const events = async () => Promise.reject(new Error('the log is away'))
    await expect(type.load(params, contextWith({ events }))).rejects.toThrow('away')
  })

  test('knows an empty result', async () => {
    expect((await type.load(params, contextWith({ events: logOf() }))).empty).toBe(true)
  })
})

test('no text turns round what stands beside it', async () => {
  const events = logOf(plain('a.b', { message: 'a\u202egpj.exe\u2066 \u05d0\u200f!' }))
  const loaded = await type.load(type.params(type.parseConfig({})), contextWith({ events }))
  expect(loaded.data).toMatchObject({ lines: [{ text: 'a b: agpj.exe \u05d0\u200f!' }] })
})

describe('the view', () => {
  const [filled, empty] = activity.samples.map(({ config, data }) =>
    renderToStaticMarkup(
      <ActivityView config={activity.config.parse(config)} data={activity.data.parse(data)} />,
    ),
  )
  test('shows each line with its actor, time and link', () => {
    expect(filled).toContain('<bdi>octocat</bdi></strong> ')
    expect(filled).toContain('href="https://github.com/acme/api/pull/3"')
    expect(filled).toContain('title="octocat opened pull request #3 Fix login in acme/api"')
    expect(filled).toContain('dateTime="2026-01-15T11:58:00.000Z"')
  })
  test('says so when there is nothing', () => {
    expect(empty).toContain('Nothing has happened here yet.')
  })
})
