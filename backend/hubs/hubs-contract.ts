import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { latestChange } from '../changes/read-changes.ts'
import type { OpenDatabase } from '../db/database.ts'
import { testedHubs } from './hubs.fixtures.ts'
import { at, hubDocument, textWidget } from './types.fixtures.ts'

/** What the hubs room must do on either database. */
export function describeHubs(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let hubs: ReturnType<typeof testedHubs>
    beforeAll(async () => {
      database = await open()
      await database.migrate()
      hubs = testedHubs(database.db)
    }, 120_000)
    afterAll(() => database.close())

    test('a hub is created whole, read back, replaced and removed', async () => {
      const document = hubDocument({
        summary: 'Ours',
        embedOrigins: ['https://a.example'],
        widgets: [
          textWidget('second', { id: 'z', title: 'Z', position: at(4) }),
          textWidget('first', { position: at(0) }),
        ],
      })
      const created = await hubs.put('whole', document)
      expect(created.outcome).toBe('created')
      const read = await hubs.get('whole')
      expect(read).toEqual(created.hub)
      expect(read).toMatchObject({
        slug: 'whole',
        ...document,
        widgets: [
          { id: 'z', title: 'Z' },
          { id: expect.stringMatching(/^[0-9a-f]{16}$/), title: null },
        ],
      })

      const replaced = await hubs.put('whole', hubDocument({ title: 'Other' }))
      expect(replaced).toMatchObject({
        outcome: 'replaced',
        hub: { title: 'Other', summary: '', widgets: [] },
      })
      expect(replaced.hub.revision).toBeGreaterThan(created.hub.revision)

      await hubs.remove('whole')
      expect(await hubs.get('whole')).toBeUndefined()
      await expect(hubs.remove('whole')).rejects.toMatchObject({ code: 'hub-missing' })
      const anew = await hubs.put('whole', document)
      expect(anew.hub.revision).toBeGreaterThan(replaced.hub.revision)
    })

    test('a writer that expects another revision changes nothing', async () => {
      const changed = { code: 'hub-changed' }
      const put = (title: string, expect: Parameters<typeof hubs.put>[2]) =>
        hubs.put('expected', hubDocument({ title }), expect)
      await expect(put('a', { expect: { exists: true } })).rejects.toMatchObject(changed)
      await expect(put('a', { expect: { revisions: [1] } })).rejects.toMatchObject(changed)
      const { hub } = await put('a', { expect: { exists: false } })
      await expect(put('b', { expect: { exists: false } })).rejects.toMatchObject(changed)
      await expect(put('b', { expect: { revisions: [hub.revision + 1] } })).rejects.toMatchObject(changed)
      await expect(hubs.remove('expected', { expect: { revisions: [] } })).rejects.toMatchObject(changed)
      expect(await hubs.get('expected')).toEqual(hub)
      const next = await put('b', { expect: { revisions: [3, hub.revision] } })
      // Of two who saw the same revision, one wins.
      const both = await Promise.allSettled(
        ['c', 'd'].map((title) => put(title, { expect: { revisions: [next.hub.revision] } })),
      )
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
      await hubs.remove('expected', { expect: { exists: true } })
    })

    test('what no hub can be called is not there', async () => {
      for (const slug of ['\0', 'a\0', '', 'Whole', '../whole', '\ud800'])
        await expect(hubs.remove(slug)).rejects.toMatchObject({ code: 'hub-missing' })
    })

    test('a dry run says what would be done and does nothing', async () => {
      const before = await latestChange(database.db)
      expect((await hubs.put('dry', hubDocument(), { dryRun: true })).outcome).toBe('created')
      expect(await hubs.get('dry')).toBeUndefined()
      await hubs.put('dry', hubDocument())
      expect((await hubs.put('dry', hubDocument(), { dryRun: true })).outcome).toBe('unchanged')
      expect((await hubs.put('dry', hubDocument({ title: 'T' }), { dryRun: true })).outcome).toBe('replaced')
      await hubs.remove('dry', { dryRun: true })
      expect(await latestChange(database.db)).toBe(before + 1)
    })

    test('text of any kind comes back as it was given', async () => {
      const text = 'quotes " \' \\ {braces} %s $1 \u0001 \ud83d\ude80 \u202e'
      await hubs.put('texts', hubDocument({ title: '$1 "q"', summary: text, widgets: [textWidget(text)] }))
      expect(await hubs.get('texts')).toMatchObject({
        title: '$1 "q"',
        summary: text,
        widgets: [{ config: { text } }],
      })
    })

    test('all are read, each once, however many pages that takes', async () => {
      const slugs: string[] = []
      for await (const page of hubs.all()) slugs.push(...page.map(({ slug }) => slug))
      expect(slugs).toContain('texts')
      expect(new Set(slugs).size).toBe(slugs.length)
    })
  })
}
