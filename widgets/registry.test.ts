import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import fc from 'fast-check'
import { type ComponentType, createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { HubEvent } from '#backend/ingest/event.ts'
import { parsePattern } from '#backend/ingest/topic.ts'
import { matchingIndex } from '#backend/triage/matching.ts'
import { declaredSecrets } from '#sources/registry.ts'
import type { Json, ViewProps } from './define.ts'
import { matches } from './interest.fixtures.ts'
import { topicPattern } from './kit/topic-pattern.ts'
import { registry, widgetType } from './registry.ts'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))

describe.each(Object.keys(registry))('%s', (name) => {
  const type = widgetType(name)
  if (type === undefined) throw new Error(`${name} is listed and not found`)
  const { definition } = type
  const samples = definition.samples.map((sample) => [sample.name, sample] as const)

  test('is called as its folder, which holds its three files', () => {
    expect(definition.type).toBe(name)
    expect(name).toMatch(/^[a-z][a-z0-9-]*$/)
    for (const part of ['widget.ts', 'loader.ts', 'view.tsx'])
      expect(existsSync(file(`${name}/${part}`))).toBe(true)
  })

  test('says to people what it is', () => {
    expect(definition.title).toMatch(/^\p{Lu}.{1,40}$/u)
    expect(definition.description).toMatch(/^\p{Lu}.{10,200}\.$/u)
  })

  test('has numbers that mean what they should', () => {
    expect(definition.version).toSatisfy((version: number) => Number.isInteger(version) && version > 0)
    expect(definition.maxAge).toBeGreaterThan(0)
    expect(definition.minInterval ?? 0).toBeGreaterThanOrEqual(0)
    expect(definition.settle ?? 0).toBeGreaterThanOrEqual(0)
    expect(definition.deadline ?? 10_000).toBeGreaterThan(0)
    expect(definition.deadline ?? 10_000).toBeLessThanOrEqual(60_000)
  })

  test('names no setting that no source declares', () => {
    const settings = (definition.needs ?? []).flatMap((need) => ('setting' in need ? need.setting : []))
    const unknown = [...(definition.secrets ?? []), ...settings].filter((each) => !declaredSecrets.has(each))
    expect(unknown, 'declare each in the `secrets` of its source, sources/<tool>/source.ts').toEqual([])
  })

  test('tells programs what its config is made of', () => {
    const schema = z.toJSONSchema(definition.config, { io: 'input' })
    expect(schema.type).toBe('object')
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema)
  })

  test('refuses a field of its config that it does not know', () => {
    const [, sample] = samples[0] ?? []
    expect(sample).toBeDefined()
    expect(() => type.parseConfig({ ...Object(sample?.config), nobody: 1 })).toThrow(z.ZodError)
  })

  test('shows in its samples what it looks like with something in it', () => {
    const full = definition.samples.filter(({ data }) => !definition.isEmpty?.(definition.data.parse(data)))
    expect(full).not.toEqual([])
  })

  test.each(samples)('sample: %s', async (_, sample) => {
    const config = type.parseConfig(sample.config)
    const data = definition.data.parse(sample.data) as Json
    expect(data).toEqual(sample.data)

    // What is stored and hashed is JSON, and comes back as it went.
    const params = type.params(config)
    expect(JSON.parse(JSON.stringify(params))).toStrictEqual(params)
    expect(JSON.parse(JSON.stringify(data))).toStrictEqual(data)
    expect(type.parseConfig(JSON.parse(JSON.stringify(config)))).toEqual(config)

    for (const { topic } of definition.interests(config))
      expect(topicPattern.safeParse(topic).error).toBeUndefined()

    const view = (await import(`./${name}/view.tsx`)) as {
      default: ComponentType<ViewProps<typeof definition>>
    }
    const html = renderToStaticMarkup(createElement(view.default, { data, config }))
    expect(html).not.toBe('')
    // A style attribute is what the pages' policy blocks.
    expect(html).not.toMatch(/<[^>]* style=/)
  })
})

const placed = Object.keys(registry).flatMap((name) => {
  const type = widgetType(name)
  return (type?.definition.samples ?? []).map((sample, place) => ({
    id: `${name} ${place}`,
    interests: type?.definition.interests(type.parseConfig(sample.config)) ?? [],
  }))
})

test('every interest is found by the index exactly where it says', () => {
  const index = matchingIndex<string>()
  for (const { id, interests } of placed) index.add(id, interests, id)
  const patterns = placed.flatMap(({ interests }) => interests.map(({ topic }) => topic))
  const topics = patterns.flatMap((pattern) => {
    const topic = pattern.replaceAll('*', 'x').replace(/>$/, 'y.z')
    return [topic, `${topic}.more`, topic.split('.').slice(0, -1).join('.') || 'other']
  })
  expect(topics).not.toEqual([])
  for (const topic of topics) {
    const event: HubEvent = { id: '1', source: 's', type: 't', topic, time: 0, extensions: {}, data: null }
    const concerned = placed.filter(({ interests }) => matches(interests, event)).map(({ id }) => id)
    expect([...index.match(topic, () => event)].sort()).toEqual(concerned.sort())
  }
})

test('configs take the topic patterns that triage takes', () => {
  const token = fc.oneof(
    fc.constantFrom('*', '>', 'a', 'a b', '', 'é', '*a', '\u0085', '\ud800'),
    fc.string(),
  )
  const patterns = fc.oneof(
    fc.string(),
    fc.array(token, { maxLength: 18 }).map((tokens) => tokens.join('.')),
    fc.integer({ min: 250, max: 260 }).map((length) => `${'a'.repeat(length - 2)}.>`),
  )
  fc.assert(
    fc.property(patterns, (pattern) => {
      expect(topicPattern.safeParse(pattern).success).toBe(typeof parsePattern(pattern) !== 'string')
    }),
    { numRuns: 2000 },
  )
})

test('names from outside find a type or nothing', () => {
  expect(widgetType('notes')).toBe(registry.notes)
  for (const name of ['', 'nobody', 'constructor', '__proto__', 'toString'])
    expect(widgetType(name)).toBeUndefined()
})

test('importing the registry reaches for nothing', async () => {
  const entry = `
    import net from 'node:net'
    import dns from 'node:dns'
    const reached = []
    net.Socket.prototype.connect = () => { reached.push('a connection') }
    dns.lookup = () => { reached.push('a name') }
    await import('./registry.ts')
    await new Promise((resolve) => setImmediate(resolve))
    reached.push(...process.getActiveResourcesInfo().filter((kind) => !/^(Pipe|TTY|File)/.test(kind)))
    console.log(JSON.stringify(reached))
  `
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: file('.'), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
  })
  // The permission model refuses to write files and to start processes and threads. Node 24 knows its new name alone.
  const restricted = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission'
  const child = spawn(
    process.execPath,
    [restricted, '--allow-fs-read=*', '--no-warnings', '--input-type=module', '-'],
    { cwd: file('..'), stdio: ['pipe', 'pipe', 'pipe'] },
  )
  child.stdin.end(outputFiles[0]?.text)
  const [said, complaints] = await Promise.all([text(child.stdout), text(child.stderr)])
  expect(complaints).toBe('')
  expect(JSON.parse(said)).toEqual([])
})
