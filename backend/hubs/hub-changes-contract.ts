import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { changesReader, latestChange } from '../changes/read-changes.ts'
import type { OpenDatabase } from '../db/database.ts'
import { testedHubs } from './hubs.fixtures.ts'
import { hubDocument, textWidget } from './types.fixtures.ts'

/** How writes of hubs are numbered, on either database. */
export function describeHubChanges(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let hubs: ReturnType<typeof testedHubs>
    beforeAll(async () => {
      database = await open()
      await database.migrate()
      hubs = testedHubs(database.db)
    }, 120_000)
    afterAll(() => database.close())

    test('every write is the next change, without holes; what changes nothing is none', async () => {
      const before = await latestChange(database.db)
      await hubs.put('counted', hubDocument({ widgets: [textWidget('a')] }))
      await hubs.put('counted', hubDocument({ widgets: [textWidget('a')] }))
      await hubs.put(
        'counted',
        hubDocument({ widgets: [textWidget('a', { config: { size: 'small', text: 'a' } })] }),
      )
      await hubs.put('counted', hubDocument({ widgets: [textWidget('b')] }))
      await expect(hubs.put('counted', hubDocument({ title: 7 }))).rejects.toMatchObject({
        code: 'hub-refused',
      })
      await expect(hubs.put('api', hubDocument())).rejects.toMatchObject({ code: 'hub-refused' })
      await hubs.remove('counted')
      expect(await latestChange(database.db)).toBe(before + 3)
      const read = changesReader(database.db)
      const latest = before + 3
      const changes = [1, 2, 3].map((at) => ({
        number: before + at,
        subject: { kind: 'hub', id: 'counted' },
      }))
      expect(await read(before, 10)).toEqual({ latest, changes })
      expect(await read(before, 2)).toEqual({ latest, changes: changes.slice(0, 2) })
      expect(await read(latest, 10)).toEqual({ latest, changes: [] })
      expect(await read(before + 9, 10)).toEqual({ latest, changes: [] })
    })

    test('writers at the same time get numbers one after the other, each with its own', async () => {
      const before = await latestChange(database.db)
      const slugs = Array.from({ length: 12 }, (_, index) => `at-once-${index % 4}`)
      const written = await Promise.all(
        slugs.map((slug, index) => hubs.put(slug, hubDocument({ title: `Title ${index}` }))),
      )
      const numbers = written.map(({ hub }) => hub.revision).sort((a, b) => a - b)
      expect(numbers).toEqual(slugs.map((_, index) => before + 1 + index))
      const read = await changesReader(database.db)(before, 100)
      expect(read.latest).toBe(before + 12)
      const bySlug = written.toSorted((a, b) => a.hub.revision - b.hub.revision)
      expect(read.changes.map(({ number, subject }) => [number, subject.id])).toEqual(
        bySlug.map(({ hub }) => [hub.revision, hub.slug]),
      )
      // As its last writer left it.
      for (const index of [8, 9, 10, 11]) {
        expect(await hubs.get(slugs[index] ?? '')).toEqual(written[index]?.hub)
      }
    })

    test('of writes that are carried out together each fails or holds by itself, in order', async () => {
      const mine = (id: string) => hubDocument({ widgets: [textWidget(id, { id })] })
      const before = await latestChange(database.db)
      const together = await Promise.allSettled([
        hubs.put('group-a', mine('group-1')),
        hubs.put('group-b', mine('group-1')),
        hubs.put('group-a', hubDocument({ title: 'Anew' })),
        hubs.put('group-b', mine('group-1')),
        hubs.remove('group-none'),
        hubs.remove('group-a'),
        hubs.put('group-a', mine('group-2'), { expect: { exists: false } }),
        hubs.put('group-b', hubDocument(), { expect: { revisions: [before] } }),
      ])
      const told = together.map((one) =>
        one.status === 'fulfilled' ? (one.value?.outcome ?? 'removed') : one.reason.code,
      )
      expect(told).toEqual([
        'created',
        'widget-taken',
        'replaced',
        'created',
        'hub-missing',
        'removed',
        'created',
        'hub-changed',
      ])
      expect((await hubs.get('group-a'))?.widgets.map(({ id }) => id)).toEqual(['group-2'])
      expect((await hubs.get('group-b'))?.widgets.map(({ id }) => id)).toEqual(['group-1'])
      expect(await latestChange(database.db)).toBe(before + 5)
      const read = await changesReader(database.db)(before, 100)
      expect(read.changes.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5].map((at) => before + at))
    })
  })
}
