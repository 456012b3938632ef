import { eq } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { counters, widgets } from '#drizzle/schema.ts'
import { latestChange } from '../changes/read-changes.ts'
import type { OpenDatabase } from '../db/database.ts'
import { type FollowedHubs, followHubs } from './follow.ts'
import type { HubChange } from './hub-memory.ts'
import { testedHubs } from './hubs.fixtures.ts'
import { hubsRoom } from './hubs.ts'
import { placer } from './placed.ts'
import { hubDocument, textWidget, typeOf } from './types.fixtures.ts'

const place = placer({ typeOf, secret: 's'.repeat(32), secrets: {} })
const log = pino({ level: 'silent' })

export function follow(database: OpenDatabase, signal: AbortSignal): FollowedHubs {
  const hubs = hubsRoom({ db: database.db, typeOf })
  return followHubs({ hubs, place, database, log, signal })
}

/** What a follower must see on either database. */
export function describeFollow(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    const ended = new AbortController()
    let database: OpenDatabase
    let hubs: ReturnType<typeof testedHubs>
    let followed: FollowedHubs
    const changes: HubChange[] = []
    const since = (count: number) =>
      changes.slice(count).map(({ slug, before, after }) => [slug, before?.title, after?.title])

    beforeAll(async () => {
      database = await open()
      await database.migrate()
      hubs = testedHubs(database.db)
      await hubs.put('early', hubDocument({ title: 'Early', widgets: [textWidget('shared', { id: 'e1' })] }))
      followed = follow(database, ended.signal)
      await followed.ready
      followed.onChange((change) => changes.push(change))
    }, 120_000)
    afterAll(async () => {
      ended.abort()
      await database.close()
    })

    test('what was there is told first', () => {
      expect(since(0)).toEqual([['early', undefined, 'Early']])
      expect(followed.widgets.get('e1')).toMatchObject({ hub: 'early', params: { text: 'shared' } })
      expect(followed.away).toBe(false)
    })

    test('changes are told in order, by themselves', async () => {
      const from = changes.length
      await hubs.put('later', hubDocument({ title: 'One' }))
      await expect.poll(() => since(from)).toEqual([['later', undefined, 'One']])
      await hubs.put('later', hubDocument({ title: 'Two' }))
      await expect.poll(() => since(from).at(-1)).toEqual(['later', 'One', 'Two'])
      await hubs.remove('later')
      await expect.poll(() => since(from).at(-1)).toEqual(['later', 'Two', undefined])
      expect(followed.hubs.has('later')).toBe(false)
      expect(since(from)).toHaveLength(3)
    })

    test('caught up means that what was written before is known', async () => {
      for (let step = 0; step < 20; step++) {
        const { hub } = await hubs.put('read-back', hubDocument({ title: `Step ${step}` }))
        await followed.caughtUp()
        expect(followed.hubs.get('read-back')?.revision).toBe(hub.revision)
      }
      expect(changes.filter(({ slug }) => slug === 'read-back')).toHaveLength(20)
    })

    test('a widget that is gone is found no more', async () => {
      await hubs.put('sharer', hubDocument({ widgets: [textWidget('shared', { id: 's1' })] }))
      await followed.caughtUp()
      expect(followed.widgets.get('s1')).toMatchObject({ hub: 'sharer', params: { text: 'shared' } })
      await hubs.remove('sharer')
      await followed.caughtUp()
      expect(followed.widgets.get('s1')).toBeUndefined()
      expect([...followed.widgets.values()].map(({ id }) => id)).toEqual(['e1'])
      expect(followed.widgets.size).toBe(1)
    })

    test('a widget that moves to another hub is the other hub’s', async () => {
      await hubs.put('from', hubDocument({ widgets: [textWidget('m', { id: 'mover' })] }))
      await hubs.put('from', hubDocument())
      await hubs.put('to', hubDocument({ widgets: [textWidget('m', { id: 'mover' })] }))
      await followed.caughtUp()
      expect(followed.widgets.get('mover')?.hub).toBe('to')
    })

    test('config that no longer parses and types that are gone are told as problems', async () => {
      await hubs.put(
        'broken',
        hubDocument({ widgets: [textWidget('a', { id: 'b1' }), textWidget('b', { id: 'b2' })] }),
      )
      await database.db
        .update(widgets)
        .set({ config: { nonsense: true } })
        .where(eq(widgets.id, 'b1'))
      await database.db.update(widgets).set({ type: 'gone' }).where(eq(widgets.id, 'b2'))
      await followed.caughtUp()
      const other = new AbortController()
      const fresh = follow(database, other.signal)
      await fresh.ready
      other.abort()
      expect(fresh.widgets.get('b1')?.problem?.code).toBe('config-refused')
      expect(fresh.widgets.get('b2')?.problem?.code).toBe('type-gone')
      expect(fresh.widgets.get('e1')?.problem).toBeUndefined()
    })

    test('a listener that throws keeps nothing from the others', async () => {
      const undo = followed.onChange(() => {
        throw new Error('not mine')
      })
      const from = changes.length
      await hubs.put('loud', hubDocument())
      await followed.caughtUp()
      undo()
      expect(since(from)).toHaveLength(1)
    })

    test('a database restored from an older copy is read anew', async () => {
      const number = await latestChange(database.db)
      await database.db
        .update(counters)
        .set({ value: number - 3 })
        .where(eq(counters.name, 'changes'))
      await database.db.update(widgets).set({ title: 'From the copy' }).where(eq(widgets.id, 'e1'))
      await followed.caughtUp()
      expect(followed.widgets.get('e1')?.title).toBe('From the copy')
      await database.db.update(counters).set({ value: number }).where(eq(counters.name, 'changes'))
      await followed.caughtUp()
    })
  })
}
