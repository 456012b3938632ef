import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { widgetType } from '#widgets/registry.ts'
import { terminal } from '../changes/change.ts'
import type { OpenDatabase } from '../db/database.ts'
import { hubsRoom } from './hubs.ts'
import { prepareDatabase } from './prepare-database.ts'
import type { StoredHub } from './stored-hub.ts'
import { openApiTokens } from './tokens.ts'

const secret = 's'.repeat(32)
const origin = 'https://hubs.example.org'

/** `open` gives an empty database, each time the same one. */
export function describePreparation(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    const prepare = (more: object = {}) =>
      prepareDatabase({ database, secret, origin, typeOf: widgetType, takesTokens: true, ...more })
    beforeAll(async () => {
      database = await open()
    }, 120_000)
    afterAll(() => database.close())

    test('a first start of a role that takes no tokens leaves the first one to another', async () => {
      expect(await prepare({ takesTokens: false })).toEqual({})
      expect(await openApiTokens({ db: database.db }).list()).toEqual([])
    })

    test('the very first start makes demo hubs and one token; those that start with it make nothing', async () => {
      const starts = await Promise.all([prepare(), prepare(), prepare()])
      const made = starts.flatMap(({ firstApiToken }) => firstApiToken ?? [])
      expect(made).toHaveLength(1)
      const rights = () => openApiTokens({ db: database.db }).verify(made[0]?.token ?? '')
      expect((await rights())?.scopes).toEqual(new Set(['publish', 'hubs:write', 'read', 'administer']))

      // As after the end of that process, before it told: nobody holds the lock any more.
      const died: OpenDatabase = {
        ...database,
        advisoryLock: async () => ({ lost: new AbortController().signal, release: async () => {} }),
      }
      const { firstApiToken } = await prepare({ database: died })
      expect(await rights()).toBeUndefined()
      await firstApiToken?.told()
      const kept = await openApiTokens({ db: database.db }).verify(firstApiToken?.token ?? '')
      expect(kept?.scopes.has('hubs:write')).toBe(true)
      expect(await prepare({ database: died })).toEqual({})

      const hubs: StoredHub[] = []
      for await (const page of hubsRoom({ db: database.db, typeOf: widgetType }).all()) hubs.push(...page)
      expect(hubs.map(({ slug }) => slug)).toEqual(['designteam', 'welcome'])
      for (const hub of hubs) expect(hub.widgets.length).toBeGreaterThanOrEqual(9)
    })

    test('the demo hubs follow the address of the installation, but for what somebody changed', async () => {
      const hubs = hubsRoom({ db: database.db, typeOf: widgetType })
      const texts = async () => JSON.stringify((await hubs.get('welcome'))?.widgets)
      expect(await texts()).toContain('curl https://hubs.example.org/api/v1/events')
      const welcome = await hubs.get('welcome')
      const widgets = welcome?.widgets.map(({ title, ...widget }) => ({
        ...{ ...widget, title: title ?? 'Untitled' },
        config: widget.id === 'welcome-embed' ? { text: 'Ours: https://hubs.example.org' } : widget.config,
      }))
      await hubs.put('welcome', { title: 'Our welcome', visibility: 'public', widgets }, { by: terminal })
      await prepare({ origin: 'https://moved.example' })
      expect(await hubs.get('welcome')).toMatchObject({ title: 'Our welcome' })
      expect(await texts()).toContain('curl https://moved.example/api/v1/events')
      expect(await texts()).toContain('Ours: https://hubs.example.org')
      const { revision } = (await hubs.get('welcome')) ?? {}
      await prepare({ origin: 'https://moved.example' })
      expect((await hubs.get('welcome'))?.revision).toBe(revision)
      await prepare()
    })

    test('a later start makes nothing, also when the demo hubs were removed', async () => {
      const hubs = hubsRoom({ db: database.db, typeOf: widgetType })
      await hubs.remove('welcome', { by: terminal })
      expect(await prepare()).toEqual({})
      expect(await prepare({ adminToken: 'a'.repeat(16) })).toEqual({})
      expect(await hubs.get('welcome')).toBeUndefined()
      expect(await openApiTokens({ db: database.db }).list()).toHaveLength(1)
    })

    test('another secret is refused in a plain sentence', async () => {
      await expect(prepare({ secret: 't'.repeat(32) })).rejects.toMatchObject({
        code: 'secret-mismatch',
        message: expect.stringContaining('HUBS_SECRET is not the one'),
      })
    })
  })
}
