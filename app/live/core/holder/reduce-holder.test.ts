import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import type { HubView, HubWidget } from '#contract/hub.ts'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import type { ToPage } from '../messages.ts'
import type { StreamEvent } from '../stream-event.ts'
import type { HolderEffect } from './holder-effect.ts'
import type { HolderInput, Port, Timer } from './holder-input.ts'
import { type HolderState, newHolderState } from './holder-state.ts'
import type { Link } from './link.ts'
import type { ReadRequest } from './read-request.ts'
import { reduceHolder } from './reduce-holder.ts'

const schema = 'notes@1'
const snapshot = (key: string, version: string, data: string = version): WidgetSnapshot => ({
  ...{ key, version, schema, type: 'notes', status: 'fresh', loadedAt: 1, checkedAt: 1 },
  data,
})
const placed = (id: string, key: string): HubWidget => ({
  ...{ id, type: 'notes', title: id, config: null, position: { x: 0, y: 0, w: 1, h: 1 }, key, schema },
})
const hub = (slug: string, revision: number, ...widgets: HubWidget[]): HubView => ({
  ...{ slug, title: slug, summary: '', visibility: 'public', embedOrigins: [], revision, widgets },
})
const a = hub('a', 1, placed('a1', 'A'))
const b = hub('b', 1, placed('b1', 'B'))

/** Never called: where a message goes is an effect like any other. */
const portOf = (page: string): Port =>
  Object.assign(
    (_: ToPage) => {
      throw new Error('a port was called')
    },
    { page },
  )
const ports = { a: portOf('a'), b: portOf('b') }

function attached(view: HubView, states = view.widgets.map(({ key = '' }) => snapshot(key, '1:5'))) {
  const attachment = { hub: view.slug, layout: view, cursor: '1:10', states, now: 0, hidden: false }
  return { kind: 'attach', page: view.slug, attachment } as const
}
const hello = (hubs: Record<string, number>): StreamEvent => ({
  name: 'hello',
  data: { cursor: '1:10', heartbeat: 20, now: 100_000, through: 99_000, build: 'b', hubs },
})
function pushed(
  id: string,
  key: string,
  version: string,
  more: { data?: string; href?: string },
): StreamEvent {
  const { data: _, type: __, ...rest } = snapshot(key, version)
  return { name: 'widget', data: { id, ...rest, ...more }, id: version }
}

let state: HolderState
let now: number
beforeEach(() => {
  state = newHolderState()
  now = 1_000
})
const take = (input: HolderInput) => reduceHolder(state, input, now)
const say = (message: Extract<HolderInput, { kind: 'message' }>['message'], port: Port = ports.a) =>
  take({ kind: 'message', message, from: port })
const of = <Kind extends HolderEffect['kind']>(effects: readonly HolderEffect[], kind: Kind) =>
  effects.filter((effect): effect is Extract<HolderEffect, { kind: Kind }> => effect.kind === kind)
const timers = (effects: readonly HolderEffect[]) => of(effects, 'wait').map(({ next }) => next)

/** A hub that is followed by a stream that has begun. */
function following(...views: HubView[]): Link {
  for (const view of views) say(attached(view), ports[view.slug as 'a' | 'b'])
  const [opened] = of(take({ kind: 'fit links' }), 'open')
  if (!opened) throw new Error('no stream was opened')
  take({
    kind: 'event',
    link: opened.link,
    event: hello(Object.fromEntries(views.map((view) => [view.slug, 1]))),
  })
  return opened.link
}

test('a page that attaches is told how it stands, and its hub is asked for once others have come too', () => {
  expect(say(attached(a))).toEqual([
    { kind: 'wait', ms: 10, next: { kind: 'fit links' } },
    {
      kind: 'post',
      to: ports.a,
      message: { kind: 'status', page: 'a', live: { kind: 'connecting' }, now: 0, build: undefined },
    },
  ])
  expect(timers(say(attached(b), ports.b))).toEqual([])
  expect(take({ kind: 'fit links' })).toEqual([
    {
      kind: 'open',
      link: state.links[0],
      hubs: ['a', 'b'],
      widgets: [],
      cursor: '1:10',
    },
    { kind: 'wait', ms: 10_000, next: { kind: 'post statuses' } },
  ])
  expect(take({ kind: 'fit links' }).map(({ kind }) => kind)).toEqual(['wait'])
})

test('what is pushed is told to who shows it, with the cursor, and an older state to nobody', () => {
  const link = following(a, b)
  const news = take({ kind: 'event', link, event: pushed('a1', 'A', '1:30', { data: 'new' }) })
  expect(news).toEqual([
    {
      kind: 'post',
      to: ports.a,
      message: {
        kind: 'states',
        page: 'a',
        states: [snapshot('A', '1:30', 'new')],
        upTo: { revision: 1, cursor: '1:30' },
      },
    },
  ])
  expect(take({ kind: 'event', link, event: pushed('a1', 'A', '1:29', { data: 'old' }) })).toEqual([])
})

test('a stream is closed when its successor is greeted, and its late words are not heard', () => {
  const first = following(a)
  say(attached(b), ports.b)
  const opened = of(take({ kind: 'fit links' }), 'open')
  expect(opened.map(({ hubs }) => hubs)).toEqual([['a', 'b']])
  const event = hello({ a: 1, b: 1 })
  expect(of(take({ kind: 'event', link: opened[0]?.link as Link, event }), 'close')).toEqual([
    { kind: 'close', link: first },
  ])
  expect(take({ kind: 'event', link: first, event: pushed('a1', 'A', '1:40', { data: 'late' }) })).toEqual([])
  expect(take({ kind: 'refused', link: first })).toEqual([])
})

describe('data that does not travel in the event', () => {
  const href = '/api/v1/data/A/1/30?widget=a1'
  const away = () => take({ kind: 'event', link: following(a), event: pushed('a1', 'A', '1:31', { href }) })
  const readOf = (effects: readonly HolderEffect[]) => of(effects, 'read').map(({ read }) => read)

  test('is read, and told with the state it belongs to', () => {
    const effects = away()
    expect(effects).toMatchObject([{ kind: 'read', read: { of: 'data', at: href } }])
    const [read] = readOf(effects) as [Extract<ReadRequest, { of: 'data' }>]
    const answer = { key: 'A', version: '1:30', data: 'large' }
    expect(of(take({ kind: 'data', read, answer }), 'post').map(({ message }) => message)).toMatchObject([
      { kind: 'states', states: [{ version: '1:31', data: 'large' }] },
    ])
    expect(state.wants.size).toBe(0)
  })

  test('is read with its widget when it is not there', () => {
    const [read] = readOf(away()) as [Extract<ReadRequest, { of: 'data' }>]
    const effects = take({ kind: 'data', read, answer: undefined })
    expect(effects).toMatchObject([{ kind: 'read', read: { of: 'widget', at: 'a1' } }])
  })

  test('is read again after ever longer waits while the server does not answer, and the page is told', () => {
    let reads = readOf(away())
    for (const failures of [1, 2, 3]) {
      now += 2_000
      const [read] = reads as [Extract<ReadRequest, { of: 'data' }>]
      const effects = take({ kind: 'data', read, answer: null })
      expect(of(effects, 'wait')).toMatchObject([{ failures, next: { kind: 'retry' } }])
      const [next] = timers(effects) as [Timer]
      reads = readOf(take(next))
    }
    expect(reads).toMatchObject([{ of: 'data', at: href }])
    expect(of(take({ kind: 'post statuses' }), 'post')).toEqual([])
    expect(JSON.parse(state.pages.get('a')?.status ?? '')).toMatchObject([{ kind: 'paused' }, 'b'])
  })

  test('is wanted by nobody once nobody shows it', () => {
    const [read] = readOf(away()) as [Extract<ReadRequest, { of: 'data' }>]
    now += 400_000
    take({ kind: 'sweep' })
    const effects = take({ kind: 'data', read, answer: null })
    expect(effects).toEqual([])
    expect(state.wants.size).toBe(0)
  })
})

test('a hub is read until its layout is the announced one, and left when it is not there', () => {
  const link = following(a)
  const event: StreamEvent = { name: 'layout', data: { hub: 'a', revision: 2, keys: { a1: 'A2' } } }
  const [asked] = of(take({ kind: 'event', link, event }), 'read')
  const read = asked?.read as Extract<ReadRequest, { of: 'hub' }>
  expect(read).toMatchObject({ of: 'hub', at: 'a' })
  const behind = take({ kind: 'hub', read, answer: a })
  expect(behind).toMatchObject([{ kind: 'wait', failures: 1, next: { kind: 'retry' } }])
  const [again] = of(take((timers(behind) as [Timer])[0]), 'read')
  const gone = take({ kind: 'hub', read: again?.read as typeof read, answer: undefined })
  expect(of(gone, 'post')).toEqual([{ kind: 'post', to: ports.a, message: { kind: 'gone', page: 'a' } }])
  expect(state.subscriptions.all()).toEqual([])
})

test('a refused stream is asked for again at once without what is gone, and later when nothing is', () => {
  const [link] = [following(a, b)]
  const reads = of(take({ kind: 'refused', link }), 'read').map(({ read }) => read)
  const [ofA, ofB] = reads as Extract<ReadRequest, { of: 'hub' }>[]
  if (!ofA || !ofB) throw new Error('not both were looked for')
  take({ kind: 'hub', read: ofA, answer: undefined })
  const effects = take({ kind: 'hub', read: ofB, answer: b })
  expect(effects.map(({ kind }) => kind)).toEqual(['open', 'close'])
  const [second] = of(effects, 'open')
  expect(second?.hubs).toEqual(['b'])
  const [look] = of(take({ kind: 'refused', link: second?.link as Link }), 'read')
  const kept = take({ kind: 'hub', read: look?.read as typeof ofA, answer: b })
  expect(kept).toMatchObject([{ kind: 'wait', ms: 15_000, next: { kind: 'renew links' } }])
  expect(of(take((timers(kept) as [Timer])[0]), 'open').map(({ hubs }) => hubs)).toEqual([['b']])
  expect(take((timers(kept) as [Timer])[0])).toEqual([])
})

/** One step of a history: `n` chooses among what may happen then. */
const step = fc.record({
  do: fc.constantFrom('attach', 'sign', 'event', 'event', 'event', 'finish', 'finish', 'finish', 'sweep'),
  n: fc.nat(1_000),
  ms: fc.constantFrom(0, 1, 50, 4_000, 30_000),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Plays a history: what effects ask for comes to an end in the order that the steps say. */
function play(steps: readonly Step[]) {
  const holder = newHolderState()
  const open = new Set<Link>()
  const unfinished: HolderEffect[] = []
  const log: HolderEffect[][] = []
  let at = 0

  function happens(input: HolderInput): void {
    const effects = reduceHolder(holder, input, at)
    log.push([...effects])
    for (const effect of effects) {
      if (effect.kind === 'open') open.add(effect.link)
      else if (effect.kind === 'close') expect(open.delete(effect.link)).toBe(true)
      else if (effect.kind !== 'post') unfinished.push(effect)
    }
    expect(new Set([...holder.links, ...holder.replaced])).toEqual(open)
  }

  function finish(n: number): void {
    const [effect] = unfinished.splice(n % Math.max(unfinished.length, 1), 1)
    if (effect?.kind === 'wait') happens(effect.next)
    if (effect?.kind !== 'read') return
    const { read } = effect
    const answers = {
      hub: [null, undefined, hub('a', 1 + (n % 3), placed('a1', n % 2 ? 'A' : 'A2')), b],
      snapshot: [null, undefined],
      widget: [null, undefined, snapshot('A', `1:${n}`), snapshot('B', `1:${n}`)],
      data: [null, undefined, { key: 'A', version: `1:${n}`, data: 'large' }],
    }[read.of]
    // Any answer is right for its kind of read.
    happens({ kind: read.of, read, answer: answers[n % answers.length] } as HolderInput)
  }

  function event(n: number): StreamEvent | { readonly name: 'lost' } {
    const [key, id] = n % 2 ? (['A', 'a1'] as const) : (['B', 'b1'] as const)
    const events = [
      hello({ a: 1 + (n % 3), b: 1 }),
      pushed(id, key, `1:${n}`, { data: 'pushed' }),
      pushed(id, key, `1:${n}`, {}),
      pushed(id, key, `1:${n}`, { href: `/api/v1/data/${key}/1/${n}?widget=${id}` }),
      { name: 'layout', data: { hub: 'a', revision: 1 + (n % 3), keys: { a1: n % 5 ? 'A' : 'A2' } } },
      { name: 'resync', data: { widgets: { [id]: { key, version: `2:${n}` } } }, id: `2:${n}` },
      { name: 'gone', data: n % 2 ? { hub: 'a' } : { hub: 'b' } },
      { name: 'beat', data: { now: at, through: at - (n % 20_000) } },
      { name: 'lost' },
    ] as const
    return events[n % events.length] ?? { name: 'lost' }
  }

  for (const { do: what, n, ms } of steps) {
    at += ms
    const view = n % 2 ? a : b
    const from = ports[view.slug as 'a' | 'b']
    const link = [...open][n % Math.max(open.size, 1)]
    if (what === 'attach') happens({ kind: 'message', message: attached(view), from })
    else if (what === 'sign') {
      const kind = (['seen', 'hidden', 'detach'] as const)[n % 3] ?? 'seen'
      happens({ kind: 'message', message: { kind, page: view.slug }, from })
    } else if (what === 'sweep') happens({ kind: 'sweep' })
    else if (what === 'finish') finish(n)
    else if (link && n % 11 === 0) happens({ kind: 'refused', link })
    else if (link) happens({ kind: 'event', link, event: event(n) })
  }
  return { log, unfinished, holder }
}

test('the same history has the same effects, no link is closed twice, and no read is forgotten', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
      const first = play(steps)
      expect(play(steps).log).toEqual(first.log)
      const reading = new Set(
        first.unfinished.flatMap((effect) =>
          effect.kind === 'read' && 'batch' in effect.read ? [effect.read.batch] : [],
        ),
      )
      for (const batch of reading) {
        const reads = first.unfinished.filter(
          (effect) => effect.kind === 'read' && 'batch' in effect.read && effect.read.batch === batch,
        )
        expect(batch.unanswered).toBe(reads.length)
      }
      // What is wanted is being read, or waits to be read again.
      const waiting = first.unfinished.flatMap((effect) =>
        effect.kind === 'wait' && effect.next.kind === 'retry' && 'wants' in effect.next.task
          ? [effect.next.task]
          : [],
      )
      const underway = new Set([...reading, ...waiting].flatMap(({ wants }) => wants))
      for (const want of first.holder.wants.values()) expect(underway.has(want)).toBe(true)
    }),
    { numRuns: 300 },
  )
})
