import { afterAll, expect, test } from 'vitest'
import { openWholeFront } from './whole-front.fixtures.ts'

interface Told {
  readonly responses: Record<string, unknown>
  readonly summary: string
  readonly description?: string
  readonly security?: unknown
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
}
interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Told>>
  readonly components: { readonly schemas: Record<string, { type?: string; required?: string[] }> }
}

const front = await openWholeFront()
afterAll(() => front.stop())
const text = await (await fetch(`http://127.0.0.1:${front.port}/api/v1/openapi.json`)).text()
const document = JSON.parse(text) as Document

test('it names every path of the contract', () => {
  expect(Object.keys(document.paths).sort()).toEqual([
    '/api/v1/data/{key}/{epoch}/{offset}',
    '/api/v1/dead-letters',
    '/api/v1/dead-letters/{id}',
    '/api/v1/dead-letters/{id}/replay',
    '/api/v1/events',
    '/api/v1/hooks/github',
    '/api/v1/hub.schema.json',
    '/api/v1/hubs',
    '/api/v1/hubs/{slug}',
    '/api/v1/hubs/{slug}/snapshot',
    '/api/v1/stream',
    '/api/v1/widget-types',
    '/api/v1/widgets/{id}',
    '/api/v1/widgets/{id}/explain',
    '/api/v1/widgets/{id}/retry',
    '/healthz',
    '/metrics',
    '/readyz',
  ])
  expect(document.openapi).toBe('3.1.0')
})

test('every reference leads somewhere, and no schema is an empty promise', () => {
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name)
  expect(references.length).toBeGreaterThan(20)
  for (const name of references) expect(document.components.schemas).toHaveProperty(String(name))
  expect(text.match(/"\$ref":"(?!#\/components\/schemas\/\w+")/)).toBeNull()
  for (const schema of Object.values(document.components.schemas)) expect(schema.type).toBe('object')
  expect(document.components.schemas.HubDocument?.required).toEqual(['title', 'visibility', 'widgets'])
  expect(document.components.schemas.HubView?.required).not.toContain('key')
})

test('every parameter of a path is described, and every operation answers', () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    for (const operation of Object.values(operations)) {
      const inPath = operation.parameters?.filter((each) => each.in === 'path') ?? []
      expect(inPath.map(({ name }) => name)).toEqual(named)
      expect(operation.summary).not.toBe('')
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true)
    }
  }
})

test('what takes a token says which', () => {
  const guarded = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { security, description }]) =>
      security === undefined ? [] : `${method} ${path}: ${description}`,
    ),
  )
  expect(guarded.sort()).toEqual([
    'delete /api/v1/dead-letters/{id}: Takes a token with the scope administer.',
    'delete /api/v1/hubs/{slug}: Takes a token with the scope hubs:write.',
    'get /api/v1/dead-letters/{id}: Takes a token with the scope administer.',
    'get /api/v1/dead-letters: Takes a token with the scope administer.',
    'post /api/v1/dead-letters/{id}/replay: Takes a token with the scope administer.',
    'post /api/v1/events: Takes a token with the scope publish.',
    'put /api/v1/hubs/{slug}: Takes a token with the scope hubs:write.',
  ])
})
