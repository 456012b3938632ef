import { eq, inArray } from 'drizzle-orm'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changes, counters } from '#drizzle/schema.ts'
import type { OpenDatabase } from '../db/database.ts'
import { apiToken, hub, written } from './changes.fixtures.ts'
import { type FollowedChanges, followChanges } from './follow-changes.ts'
import type { Projection } from './projection.ts'
import { latestChange } from './read-changes.ts'

/** What one projection was asked for: `load`, or the ids that changed. */
interface Asked extends Projection {
  readonly asked: (string | readonly string[])[]
  fails: boolean
}

function projection(...of: Projection['of']): Asked {
  return {
    of,
    asked: [],
    fails: false,
    async load() {
      if (this.fails) throw new Error('it does not load')
      this.asked.push('load')
    },
    async apply(given) {
      if (this.fails) throw new Error('it does not apply')
      this.asked.push(given.map(({ subject }) => subject.id))
    },
  }
}

/** How projections are kept, on either database. */
export function describeFollowChanges(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let ended: AbortController
    let hubs: Asked
    let all: Asked
    let followed: FollowedChanges
    beforeAll(async () => {
      database = await open()
      await database.migrate()
    }, 120_000)
    afterAll(() => database.close())
    beforeEach(async () => {
      ended = new AbortController()
      hubs = projection('hub')
      all = projection('token', 'hub')
      followed = followChanges({
        // Read when asked alone, so that each test decides when.
        database: { db: database.db, listen: () => new Promise(() => {}) },
        projections: [hubs, all],
        log: pino({ level: 'silent' }),
        signal: ended.signal,
      })
      await followed.caughtUp()
    })
    afterEach(() => ended.abort())

    test('each is loaded once, then told the changes of its own kinds, in their order', async () => {
      await written(database.db, [hub('a'), apiToken('t'), hub('b'), hub('a')])
      await followed.caughtUp()
      await written(database.db, [apiToken('u')])
      await followed.caughtUp()
      await followed.caughtUp()
      expect(hubs.asked).toEqual(['load', ['a', 'b', 'a']])
      expect(all.asked).toEqual(['load', ['a', 't', 'b', 'a'], ['u']])
    })

    test('more changes than one read takes are told whole', async () => {
      const ids = Array.from({ length: 2_500 }, (_, at) => `many-${at}`)
      await written(database.db, ids.map(hub))
      await followed.caughtUp()
      expect(hubs.asked.slice(1).flat()).toEqual(ids)
    })

    test('when changes after the last one known are gone, all is loaded anew', async () => {
      const last = await latestChange(database.db)
      await written(database.db, [hub('a'), apiToken('t'), hub('b')])
      await database.db.delete(changes).where(inArray(changes.number, [last + 2]))
      await followed.caughtUp()
      expect([hubs.asked, all.asked]).toEqual([
        ['load', 'load'],
        ['load', 'load'],
      ])
      await written(database.db, [hub('c')])
      await followed.caughtUp()
      expect(hubs.asked).toEqual(['load', 'load', ['c']])
    })

    test('when the first of more than one read takes are gone, too', async () => {
      const last = await latestChange(database.db)
      const ids = Array.from({ length: 2_500 }, (_, at) => `many-${at}`)
      await written(database.db, ids.map(hub))
      await database.db.delete(changes).where(eq(changes.number, last + 1))
      await followed.caughtUp()
      expect(hubs.asked).toEqual(['load', 'load'])
    })

    test('when all of them are gone, too', async () => {
      const last = await latestChange(database.db)
      await written(database.db, [hub('a'), hub('b')])
      await database.db.delete(changes).where(inArray(changes.number, [last + 1, last + 2]))
      await followed.caughtUp()
      expect(hubs.asked).toEqual(['load', 'load'])
    })

    test('when the log goes back, as of a database restored from an older copy, too', async () => {
      const last = await latestChange(database.db)
      const counted = (value: number) =>
        database.db.update(counters).set({ value }).where(eq(counters.name, 'changes'))
      await counted(last - 1)
      await followed.caughtUp()
      expect(hubs.asked).toEqual(['load', 'load'])
      await counted(last)
      await followed.caughtUp()
    })

    test('what one could not take in is told again, and nothing is known before', async () => {
      await written(database.db, [hub('a')])
      all.fails = true
      const knownAt = followed.knownAt
      await expect(followed.caughtUp()).rejects.toThrow('it does not apply')
      expect(followed.knownAt).toBe(knownAt)
      all.fails = false
      await written(database.db, [hub('b')])
      await followed.caughtUp()
      expect(all.asked).toEqual(['load', ['a', 'b']])
      expect(hubs.asked).toEqual(['load', ['a'], ['a', 'b']])
      expect(followed.knownAt).toBeGreaterThan(knownAt)
    })
  })
}
