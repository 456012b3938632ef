import { randomBytes } from 'node:crypto'
import { asc, eq, lte, sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { changes, hubs } from '#drizzle/schema.ts'
import type { OpenDatabase } from '../db/database.ts'
import type { Subject } from './change.ts'
import { apiToken, hub, written } from './changes.fixtures.ts'
import { pruneChanges } from './prune-changes.ts'
import { latestChange } from './read-changes.ts'

const DAY = 24
const plenty = 1024 * 1024
/** What no database makes smaller. */
const document = () => ({ title: randomBytes(1_500).toString('base64') })

/** What goes from the log of changes, and what stays, on either database. */
export function describePruneChanges(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    beforeAll(async () => {
      database = await open()
      await database.migrate()
    }, 120_000)
    afterAll(() => database.close())
    beforeEach(async () => {
      await database.db.delete(changes)
      await database.db.delete(hubs)
    })

    async function made(subject: Subject, hours: number): Promise<number> {
      await written(database.db, [subject], { after: document() })
      const number = await latestChange(database.db)
      const at = sql`now() - make_interval(hours => ${hours})`
      await database.db.update(changes).set({ at }).where(eq(changes.number, number))
      return number
    }
    const there = (slug: string) => database.db.insert(hubs).values({ slug, title: slug, revision: 1 })
    const left = async () => {
      const rows = await database.db
        .select({ number: changes.number })
        .from(changes)
        .orderBy(asc(changes.number))
      return rows.map(({ number }) => number)
    }

    test('what is old goes, but the revisions of hubs that are there', async () => {
      await there('stays')
      const stays = [await made(hub('stays'), 40 * DAY)]
      await made(hub('went'), 40 * DAY)
      await made(apiToken('stays'), 40 * DAY)
      stays.push(
        await made(hub('stays'), 31 * DAY),
        await made(hub('went'), 29 * DAY),
        await made(apiToken('t'), 1),
      )
      expect(await pruneChanges(database.db, { days: 30, revisionBytes: plenty })).toBe(2)
      expect(await left()).toEqual(stays)
      expect(await pruneChanges(database.db, { days: 30, revisionBytes: plenty })).toBe(0)
    })

    test('much goes piece by piece, so that others have their turn', async () => {
      const gone = Array.from({ length: 2_500 }, (_, at) => hub(`gone-${at}`))
      await written(database.db, gone)
      await database.db.update(changes).set({ at: sql`now() - interval '40 days'` })
      let fewest = gone.length
      let over = false
      const counted = (async () => {
        while (!over) fewest = Math.min(fewest, (await left()).length || fewest)
      })()
      expect(await pruneChanges(database.db, { days: 30, revisionBytes: plenty })).toBe(gone.length)
      over = true
      await counted
      expect(fewest).toBeLessThan(gone.length)
      expect(await left()).toEqual([])
    })

    test('of one hub the newest revisions are kept, as many bytes as are allowed', async () => {
      for (const slug of ['busy', 'quiet']) await there(slug)
      const quiet = await made(hub('quiet'), 9 * DAY)
      const busy: number[] = []
      for (let n = 0; n < 8; n++) busy.push(await made(hub('busy'), 8 * DAY))
      expect(await pruneChanges(database.db, { days: 30, revisionBytes: 5_000 })).toBe(5)
      expect(await left()).toEqual([quiet, ...busy.slice(-3)])
    })

    test('the newest is kept whatever its size, and so is what is not an hour old', async () => {
      await there('busy')
      await made(hub('busy'), 3)
      await made(hub('busy'), 2)
      const young = [await made(hub('busy'), 0), await made(hub('busy'), 0)]
      expect(await pruneChanges(database.db, { days: 30, revisionBytes: 1 })).toBe(2)
      expect(await left()).toEqual(young)
      await database.db.delete(changes).where(lte(changes.number, young[1] ?? 0))
      const alone = await made(hub('busy'), 5)
      expect(await pruneChanges(database.db, { days: 30, revisionBytes: 1 })).toBe(0)
      expect(await left()).toEqual([alone])
    })
  })
}
