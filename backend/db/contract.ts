import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { counters, events, facts, hubs } from '#drizzle/schema.ts'
import type { OpenDatabase } from './database.ts'

/** What both databases must do alike; `open` gives an empty one. */
export function describeDatabase(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    beforeAll(async () => {
      database = await open()
      await database.migrate()
    }, 120_000)
    afterAll(() => database.close())

    test('migrating again, also at the same time, changes nothing', async () => {
      await Promise.all([database.migrate(), database.migrate(), database.migrate()])
      expect(await database.db.select().from(counters)).toEqual([{ name: 'changes', value: 0 }])
    })

    test('any JSON comes back as it was written', async () => {
      const values = [
        '5',
        '"quoted"',
        'null',
        5,
        null,
        true,
        [],
        [null],
        {},
        { a: '\u0000', b: '\ud83d\ude00' },
        2 ** 53,
      ]
      const at = new Date(1_700_000_000_123)
      await database.db.insert(events).values(
        values.map((data, index) => ({
          source: 'test',
          id: `json-${index}`,
          type: 't',
          topic: 't',
          time: at,
          receivedAt: at,
          data,
        })),
      )
      const rows = await database.db.select().from(events).orderBy(events.sequence)
      expect(rows.map((row) => row.data)).toEqual(values)
      expect(rows[0]?.time).toEqual(at)
      expect(typeof rows[0]?.sequence).toBe('number')
    })

    test('lists of text come back as they were written', async () => {
      const origins = ['https://a.example', 'with "quotes", commas, {braces} and \\']
      await database.db.insert(hubs).values({ slug: 'lists', title: 'x', revision: 1, embedOrigins: origins })
      const [row] = await database.db.select().from(hubs)
      expect(row).toMatchObject({ embedOrigins: origins, summary: '', visibility: 'public', revision: 1 })
    })

    test('a transaction that throws leaves nothing', async () => {
      const fact = { name: 'undone', value: 'x' }
      const failing = database.db.transaction(async (tx) => {
        await tx.insert(facts).values(fact)
        throw new Error('thought better of it')
      })
      await expect(failing).rejects.toThrow('thought better of it')
      expect(await database.db.select().from(facts)).toEqual([])
    })

    test('a duplicate is told by its code', async () => {
      const fact = { name: 'twice', value: 'x' }
      await database.db.insert(facts).values(fact)
      await expect(database.db.insert(facts).values(fact)).rejects.toMatchObject({ cause: { code: '23505' } })
    })

    test('a notification arrives once it is committed', async () => {
      let heard = 0
      await database.listen('contract', () => heard++)
      await database.db.transaction(async (tx) => {
        await tx.execute(sql`select pg_notify('contract', '')`)
      })
      await expect.poll(() => heard).toBe(1)
    })

    test('an advisory lock has one holder at a time', async () => {
      const lock = await database.advisoryLock('one')
      expect(lock).toBeDefined()
      expect(await database.advisoryLock('one')).toBeUndefined()
      const another = await database.advisoryLock('another')
      expect(another).toBeDefined()
      await another?.release()
      await lock?.release()
      const again = await database.advisoryLock('one')
      expect(again?.lost.aborted).toBe(false)
      await again?.release()
    })

    test('work under a lock runs one after the other, and a failure frees it', async () => {
      const log: string[] = []
      const work = (name: string) => async () => {
        log.push(`${name} in`)
        await database.db.select().from(counters)
        log.push(`${name} out`)
        if (name === 'b') throw new Error('b failed')
      }
      const ends = await Promise.allSettled(
        ['a', 'b', 'c'].map((each) => database.withLock('work', work(each))),
      )
      expect(ends.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(log).toHaveLength(6)
      for (let at = 0; at < 6; at += 2) expect(log[at + 1]).toBe(log[at]?.replace('in', 'out'))
    })
  })
}
