import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changes } from '#drizzle/schema.ts'
import { readHistory } from '../changes/history.ts'
import type { OpenDatabase } from '../db/database.ts'
import { migrationsFolder } from '../db/product-folder.ts'
import { documentOf } from './document-of.ts'
import { testedHubs } from './hubs.fixtures.ts'
import { hubDocument, textWidget } from './types.fixtures.ts'

/** Migrations of the last version whose changes said neither who made them nor what they left. */
const OLDER = 4

/** That what an older version wrote to the log of changes is read, before and while this one runs, on either database. */
export function describeOlderVersion(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let hubs: ReturnType<typeof testedHubs>
    const history = (slug: string) => readHistory(database.db, { kind: 'hub', id: slug }, { limit: 10 })
    beforeAll(async () => {
      database = await open()
      await asOfOlder(database)
      await writtenByOlder(database, { number: 1, slug: 'early', title: 'Early' })
      await writtenByOlder(database, { number: 2, slug: 'gone', title: 'Gone' })
      await removedByOlder(database, { number: 3, slug: 'gone' })
      await writtenByOlder(database, { number: 4, slug: 'early', title: 'As it was' })
      await database.migrate()
      hubs = testedHubs(database.db)
    }, 120_000)
    afterAll(() => database.close())

    test('its changes are carried over, with what their hubs still are', async () => {
      const early = await hubs.get('early')
      if (!early) throw new Error('it was lost')
      expect(early).toMatchObject({ title: 'As it was', widgets: [{ id: 'w-early' }, { title: 'Titled' }] })
      const by = { actor: 'unknown', address: null, kind: 'put', at: expect.any(Date) }
      expect(await history('early')).toMatchObject([
        { ...by, number: 4, before: null, after: documentOf(early) },
        { ...by, number: 1, before: null, after: null },
      ])
      expect((await history('gone')).map(({ number, kind, after }) => [number, kind, after])).toEqual([
        [3, 'delete', null],
        [2, 'put', null],
      ])
    })

    test('what is written next goes on from there', async () => {
      const { hub } = await hubs.put('early', hubDocument({ title: 'Next' }))
      expect(hub.revision).toBe(5)
      expect((await history('early'))[0]).toMatchObject({
        before: { title: 'As it was' },
        after: { title: 'Next' },
      })
    })

    test('one that runs beside this one writes whole changes, and knows ours by their hub', async () => {
      await writtenByOlder(database, { number: 6, slug: 'early', title: 'By the older' })
      const early = await hubs.get('early')
      expect((await history('early'))[0]).toMatchObject({
        ...{ number: 6, actor: 'unknown', before: { title: 'Next' } },
        after: early && documentOf(early),
      })
      const { hub } = await hubs.put('ours', hubDocument({ widgets: [textWidget('a')] }))
      const [row] = await database.db.select().from(changes).where(eq(changes.number, hub.revision))
      expect(row).toMatchObject({ hub: 'ours', kind: 'put' })
    })
  })
}

/** Makes the tables of the older version in place of those there are. */
async function asOfOlder({ db }: OpenDatabase): Promise<void> {
  const folder = migrationsFolder()
  const journal = JSON.parse(readFileSync(join(folder, 'meta/_journal.json'), 'utf8')) as {
    entries: { tag: string; when: number }[]
  }
  for (const schema of ['drizzle', 'public']) {
    await db.execute(sql.raw(`drop schema if exists ${schema} cascade`))
    await db.execute(sql.raw(`create schema ${schema}`))
  }
  await db.execute(
    sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
  )
  for (const { tag, when } of journal.entries.slice(0, OLDER)) {
    const statements = readFileSync(join(folder, `${tag}.sql`), 'utf8').split('--> statement-breakpoint')
    for (const statement of statements) await db.execute(sql.raw(statement))
    await db.execute(sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('', ${when})`)
  }
}

/** As the older version writes a hub: the change by its hub alone. */
async function writtenByOlder(
  { db }: OpenDatabase,
  { number, slug, title }: { number: number; slug: string; title: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute(sql`delete from widgets where hub = ${slug}`)
    await tx.execute(sql`insert into hubs (slug, title, summary, visibility, embed_origins, revision)
      values (${slug}, ${title}, 'Ours', 'public', '{https://a.example,https://b.example}', ${number})
      on conflict (slug) do update set title = excluded.title, revision = excluded.revision`)
    await tx.execute(sql`insert into widgets (id, hub, type, title, config, x, y, w, h, place) values
      (${`t-${slug}`}, ${slug}, 'text', 'Titled', '{"text": "b", "none": null}', 4, 0, 2, 2, 1),
      (${`w-${slug}`}, ${slug}, 'text', null, '{"text": "a\\u0000"}', 0, 0, 2, 2, 0)`)
    await tx.execute(
      sql`insert into changes (number, hub, kind, at) values (${number}, ${slug}, 'put', default)`,
    )
    await tx.execute(sql`update counters set value = ${number} where name = 'changes'`)
  })
}

async function removedByOlder(
  { db }: OpenDatabase,
  { number, slug }: { number: number; slug: string },
): Promise<void> {
  await db.execute(sql`delete from hubs where slug = ${slug}`)
  await db.execute(
    sql`insert into changes (number, hub, kind, at) values (${number}, ${slug}, 'delete', default)`,
  )
  await db.execute(sql`update counters set value = ${number} where name = 'changes'`)
}
