import { expect, test } from 'vitest'
import { openApiRoute } from './openapi.ts'
import type { Call } from './route.ts'

interface Operation {
  readonly responses: Record<string, unknown>
  readonly summary: string
}
interface Document {
  readonly openapi: string
  readonly paths: Record<
    string,
    Record<string, Operation | unknown[]> & { parameters?: { name: string; in: string }[] }
  >
  readonly components: { readonly schemas: Record<string, { type?: string; required?: string[] }> }
}

const answer = await openApiRoute().handle({} as Call)
const text = String(answer.body)
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
  for (const [path, { parameters = [], ...operations }] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    expect(parameters.filter((each) => each.in === 'path').map(({ name }) => name)).toEqual(named)
    for (const operation of Object.values(operations)) {
      if (Array.isArray(operation)) continue
      expect(operation.summary).not.toBe('')
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true)
    }
  }
})
