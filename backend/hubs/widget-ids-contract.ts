import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { OpenDatabase } from '../db/database.ts'
import { testedHubs } from './hubs.fixtures.ts'
import { at, hubDocument, textWidget } from './types.fixtures.ts'

/** How widgets come by their ids, and keep them, on either database. */
export function describeWidgetIds(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let hubs: ReturnType<typeof testedHubs>
    beforeAll(async () => {
      database = await open()
      await database.migrate()
      hubs = testedHubs(database.db)
    }, 120_000)
    afterAll(() => database.close())

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
  })
}
