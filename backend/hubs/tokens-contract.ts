import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { apiTokens as table } from '#drizzle/schema.ts'
import { readHistory } from '../changes/history.ts'
import type { OpenDatabase } from '../db/database.ts'
import { tester } from './hubs.fixtures.ts'
import { openApiTokens } from './tokens.ts'

export function describeApiTokens(name: string, open: () => Promise<OpenDatabase>): void {
  describe(name, { timeout: 60_000 }, () => {
    let database: OpenDatabase
    let clock = 0
    const room = (adminToken?: string) => openApiTokens({ db: database.db, adminToken, now: () => clock })
    beforeAll(async () => {
      database = await open()
      await database.migrate()
    }, 120_000)
    afterAll(() => database.close())

    test('a token allows its scopes, is listed without itself, and only a hash is kept', async () => {
      const tokens = room()
      const { id, token } = await tokens.create('deploys', ['publish', 'read'], tester)
      expect(token).toMatch(/^hubs_[\w-]{32}$/)
      expect(await tokens.verify(token)).toMatchObject({ token: id, scopes: new Set(['publish', 'read']) })
      expect(await tokens.list()).toContainEqual({
        ...{ id, name: 'deploys', scopes: ['publish', 'read'], revoked: false },
        createdAt: expect.any(Date),
      })
      const rows = await database.db.select().from(table).where(eq(table.id, id))
      expect(JSON.stringify(rows)).not.toContain(token.slice(5))
    })

    test('that it was made and revoked is logged, and neither it nor its hash', async () => {
      const tokens = room()
      const { id, token } = await tokens.create('logged', ['read'], tester)
      await tokens.revoke(id, { actor: 'admin', address: '192.0.2.7' })
      await tokens.revoke(id, tester)
      const history = await readHistory(database.db, { kind: 'token', id }, { limit: 10 })
      const made = { name: 'logged', scopes: ['read'], revoked: false }
      const revoked = { ...made, revoked: true }
      expect(history).toMatchObject([
        { kind: 'revoke', actor: 'admin', address: '192.0.2.7', before: made, after: revoked },
        { kind: 'create', ...tester, before: null, after: made },
      ])
      expect(JSON.stringify(history)).not.toContain(token.slice(5))
      expect(history.flatMap(({ after }) => Object.keys(Object(after)))).not.toContain('hash')
    })

    test('what is no token of ours allows nothing', async () => {
      const tokens = room()
      for (const wrong of ['', 'hubs_', 'hubs_guess', '\0', 'x'.repeat(10_000)]) {
        expect(await tokens.verify(wrong)).toBeUndefined()
      }
    })

    test('a revoked token is refused at once here, and within 5 s elsewhere', async () => {
      const here = room()
      const elsewhere = room()
      const { id, token } = await here.create('short-lived', ['publish'], tester)
      expect(await elsewhere.verify(token)).toBeDefined()
      expect(await here.revoke(id, tester)).toBe(true)
      expect(await here.revoke(id, tester)).toBe(false)
      expect(await here.revoke('no-such', tester)).toBe(false)
      expect(await here.verify(token)).toBeUndefined()
      clock += 5_000
      expect(await elsewhere.verify(token)).toBeUndefined()
      expect((await here.list()).find((each) => each.id === id)?.revoked).toBe(true)
    })

    test('the admin’s token has every scope', async () => {
      const tokens = room('an-admin-token-of-length')
      const grant = await tokens.verify('an-admin-token-of-length')
      expect(grant?.scopes).toEqual(new Set(['publish', 'hubs:write', 'read', 'administer']))
      expect(grant?.lacks({ topic: 'github.a.b.push.-', source: 'https://github.com/a/b' })).toBeUndefined()
      expect(await tokens.verify('an-admin-token-of-lengtH')).toBeUndefined()
    })
  })
}
