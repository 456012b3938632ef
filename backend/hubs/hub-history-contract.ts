import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { terminal } from '../changes/change.ts'
import { readHistory } from '../changes/history.ts'
import type { OpenDatabase } from '../db/database.ts'
import { testedHubs } from './hubs.fixtures.ts'
import { at, hubDocument, textWidget } from './types.fixtures.ts'

/** What the log of changes tells of hubs, on either database. */
export function describeHubHistory(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let hubs: ReturnType<typeof testedHubs>
    beforeAll(async () => {
      database = await open()
      await database.migrate()
      hubs = testedHubs(database.db)
    }, 120_000)
    afterAll(() => database.close())

    test('a write is logged with who made it, and the document before and after', async () => {
      const document = hubDocument({
        widgets: [textWidget('a', { id: 'logged-1', title: 'T' }), textWidget('b')],
      })
      await hubs.put('logged', document, { by: { actor: 'a1b2', address: '192.0.2.7' } })
      await hubs.put('logged', hubDocument({ title: 'Then' }), { by: terminal })
      await hubs.remove('logged')
      const history = await readHistory(database.db, { kind: 'hub', id: 'logged' }, { limit: 10 })
      expect(history.map(({ kind, actor, address }) => [kind, actor, address])).toEqual([
        ['delete', 'tester', '192.0.2.1'],
        ['put', 'terminal', null],
        ['put', 'a1b2', '192.0.2.7'],
      ])
      const [removed, replaced, created] = history
      expect(created).toMatchObject({ before: null, after: { ...document, summary: '', embedOrigins: [] } })
      expect(replaced).toMatchObject({ before: created?.after, after: { title: 'Then', widgets: [] } })
      expect(removed).toMatchObject({ before: replaced?.after, after: null })
    })

    test('what was logged of a hub writes it as it was', async () => {
      const widgets = [textWidget('a', { title: 'T' }), textWidget('b', { position: at(4) })]
      const { hub } = await hubs.put(
        'restored',
        hubDocument({ embedOrigins: ['https://a.example'], widgets }),
      )
      await hubs.put('restored', hubDocument({ title: 'Then' }))
      const [then] = await readHistory(database.db, { kind: 'hub', id: 'restored' }, { limit: 1 })
      const restored = await hubs.put('restored', then?.before)
      expect(restored.hub).toEqual({ ...hub, revision: restored.hub.revision })
      expect((await hubs.put('restored', then?.before)).outcome).toBe('unchanged')
    })
  })
}
