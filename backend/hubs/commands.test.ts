import { expect, test } from 'vitest'
import { widgetType } from '#widgets/registry.ts'
import { emptyPglite } from '../db/pglite.fixtures.ts'
import { appliedSets } from './applied-sets.ts'
import { commands } from './commands.ts'
import { hubsRoom } from './hubs.ts'
import { openApiTokens } from './tokens.ts'

test('what is changed from a terminal is told, without secrets; what is only looked at is not', async () => {
  const database = await emptyPglite()
  const told: Readonly<Record<string, unknown>>[] = []
  const run = commands({
    hubs: hubsRoom({ db: database.db, typeOf: widgetType }),
    tokens: openApiTokens({ db: database.db }),
    applied: appliedSets(database.db),
    changed: (what) => void told.push(what),
  })
  const made = await run({ do: 'token create', name: 'ci', scopes: ['publish'] })
  const { id, token } = made as { id: string; token: string }
  const document = { title: 'A', visibility: 'public', widgets: [] }
  await run({ do: 'apply', slug: 'a', document, dryRun: true })
  await run({ do: 'apply', slug: 'a', document, dryRun: false })
  await run({ do: 'token list' })
  await run({ do: 'token revoke', id })
  for (const keep of [['a'], []]) await run({ do: 'prune', name: 'ours', keep, dryRun: false })
  expect(told).toEqual([
    { command: 'token create', id, name: 'ci', scopes: ['publish'] },
    { command: 'apply', slug: 'a', outcome: 'created', revision: expect.any(Number) },
    { command: 'token revoke', id },
    { command: 'prune', name: 'ours', slug: 'a' },
  ])
  expect(JSON.stringify(told)).not.toContain(token)
  await database.close()
})

test('what cannot be done is refused in words', async () => {
  const database = await emptyPglite()
  const run = commands({
    hubs: hubsRoom({ db: database.db, typeOf: widgetType }),
    tokens: openApiTokens({ db: database.db }),
    applied: appliedSets(database.db),
  })
  for (const name of ['', 'a\nb', 'x'.repeat(101)]) {
    await expect(run({ do: 'token create', name, scopes: ['publish'] })).rejects.toThrow(
      /^name must be 1 to 100 characters on one line\.$/,
    )
  }
  await expect(run({ do: 'prune', name: '', keep: [], dryRun: true })).rejects.toThrow(
    /^name must not be empty\.$/,
  )
  await database.close()
})
