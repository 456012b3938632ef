import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenDatabase } from '../db/database.ts'
import { hubsRoom } from './hubs.ts'
import { at, hubDocument, textWidget, typeOf } from './types.fixtures.ts'

/** What the hubs room must do on either database. */
export function describeHubs(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let hubs: ReturnType<typeof hubsRoom>
    beforeAll(async () => {
      database = await open()
      await database.migrate()
      hubs = hubsRoom({ db: database.db, typeOf })
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

    test('every write is the next change, without holes; what changes nothing is none', async () => {
      const before = await hubs.latestChange()
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
      expect(await hubs.latestChange()).toBe(before + 3)
      const news = { latest: before + 3, whole: true }
      const gone = [{ slug: 'counted', hub: undefined }]
      expect(await hubs.changesAfter(before, 10)).toEqual({ ...news, upTo: before + 3, hubs: gone })
      expect(await hubs.changesAfter(before, 2)).toEqual({ ...news, upTo: before + 2, hubs: gone })
      const none = { latest: before + 3, upTo: before + 3, whole: true, hubs: [] }
      expect(await hubs.changesAfter(before + 3, 10)).toEqual(none)
      expect(await hubs.changesAfter(before + 9, 10)).toMatchObject({ latest: before + 3 })
    })

    test('writers at the same time get numbers one after the other, each with its own', async () => {
      const before = await hubs.latestChange()
      const slugs = Array.from({ length: 12 }, (_, index) => `at-once-${index % 4}`)
      const written = await Promise.all(
        slugs.map((slug, index) => hubs.put(slug, hubDocument({ title: `Title ${index}` }))),
      )
      const numbers = written.map(({ hub }) => hub.revision).sort((a, b) => a - b)
      expect(numbers).toEqual(slugs.map((_, index) => before + 1 + index))
      const news = await hubs.changesAfter(before, 100)
      expect(news).toMatchObject({ latest: before + 12, upTo: before + 12, whole: true })
      // Each once, as its last writer left it.
      expect(news.hubs.map(({ slug, hub }) => [slug, hub?.revision, hub?.title])).toEqual(
        [8, 9, 10, 11].map((index) => [slugs[index], written[index]?.hub.revision, `Title ${index}`]),
      )
    })

    test('of writes that are carried out together each fails or holds by itself, in order', async () => {
      const mine = (id: string) => hubDocument({ widgets: [textWidget(id, { id })] })
      const before = await hubs.latestChange()
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
      expect(await hubs.latestChange()).toBe(before + 5)
      expect((await hubs.changesAfter(before, 100)).whole).toBe(true)
    })

    test('a widget without an id keeps that of its equal, moved, retitled or duplicated', async () => {
      const ids = async (...widgets: object[]) =>
        (await hubs.put('kept', hubDocument({ widgets }))).hub.widgets.map(({ id }) => id)
      const [a, b, twin] = await ids(
        textWidget('a', { position: at(0) }),
        textWidget('b', { position: at(2) }),
        textWidget('a', { position: at(4) }),
      )
      expect(new Set([a, b, twin]).size).toBe(3)
      // By place where there are equals, whatever their order.
      expect(await ids(textWidget('a', { position: at(4) }), textWidget('a', { position: at(0) }))).toEqual([
        twin,
        a,
      ])
      expect(await ids(textWidget('a', { position: at(8), title: 'New' }))).toEqual([twin])
      const [changed] = await ids(textWidget('c', { position: at(8) }))
      expect(changed).not.toBe(twin)
      expect(await ids(textWidget('d', { id: changed, position: at(8) }))).toEqual([changed])
      // A given id is never handed to another.
      const [given, fresh] = await ids(textWidget('e', { id: changed }), textWidget('d'))
      expect(given).toBe(changed)
      expect(fresh).not.toBe(changed)
    })

    test('an id of another hub is refused, and free once that hub is gone', async () => {
      await hubs.put('owner', hubDocument({ widgets: [textWidget('x', { id: 'wanted' })] }))
      const document = hubDocument({ widgets: [textWidget('y'), textWidget('x', { id: 'wanted' })] })
      await expect(hubs.put('thief', document)).rejects.toMatchObject({
        code: 'widget-taken',
        errors: [{ field: '/widgets/1/id', message: 'belongs to another hub' }],
      })
      expect(await hubs.get('thief')).toBeUndefined()
      await hubs.remove('owner')
      expect((await hubs.put('thief', document)).outcome).toBe('created')
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
      const before = await hubs.latestChange()
      expect((await hubs.put('dry', hubDocument(), { dryRun: true })).outcome).toBe('created')
      expect(await hubs.get('dry')).toBeUndefined()
      await hubs.put('dry', hubDocument())
      expect((await hubs.put('dry', hubDocument(), { dryRun: true })).outcome).toBe('unchanged')
      expect((await hubs.put('dry', hubDocument({ title: 'T' }), { dryRun: true })).outcome).toBe('replaced')
      await hubs.remove('dry', { dryRun: true })
      expect(await hubs.latestChange()).toBe(before + 1)
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
