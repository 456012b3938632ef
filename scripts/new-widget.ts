// Makes a widget type that works and is registered: npm run new:widget build-times
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'

const type = process.argv[2] ?? ''
const root = new URL('../', import.meta.url)
const folder = new URL(`widgets/${type}/`, root)

function complain(message: string): never {
  console.error(message)
  process.exit(1)
}

if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(type)) {
  complain('Name the new type in lower case, words joined by hyphens: npm run new:widget build-times')
}
if (existsSync(folder)) complain(`widgets/${type} is there already. Choose another name.`)

const words = type.split('-')
const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
const Name = words.map(capital).join('')
const name = Name.charAt(0).toLowerCase() + Name.slice(1)
const title = capital(words.join(' '))

const files = {
  'widget.ts': `import { z } from 'zod'
import { defineWidget } from '../define.ts'
import { topicPattern } from '../kit/topic-pattern.ts'

export const ${name} = defineWidget({
  type: '${type}',
  title: '${title}',
  description: 'The newest event of a topic.',
  version: 1,
  config: z.strictObject({ topic: topicPattern.default('${type}.>') }),
  data: z.strictObject({ newest: z.strictObject({ topic: z.string(), time: z.number() }).nullable() }),
  interests: ({ topic }) => [{ topic }],
  maxAge: 3600,
  reads: 'events',
  truth: 'events',
  samples: [
    {
      name: 'One event',
      config: { topic: '${type}.>' },
      data: { newest: { topic: '${type}.done', time: Date.UTC(2026, 0, 15, 9) } },
    },
    { name: 'Nothing yet', config: {}, data: { newest: null } },
  ],
  isEmpty: ({ newest }) => newest === null,
})
`,
  'loader.ts': `import type { Load } from '../define.ts'
import type { ${name} } from './widget.ts'

export const load: Load<typeof ${name}> = async (_, context) => {
  const { events } = await context.events({ limit: 1 })
  const [newest] = events
  return { newest: newest ? { topic: newest.topic, time: newest.time } : null }
}
`,
  'view.tsx': `'use client'
import type { ViewProps } from '../define.ts'
import { Ago } from '../ui/ago.tsx'
import { Empty } from '../ui/empty.tsx'
import type { ${name} } from './widget.ts'

export default function ${Name}View({ data: { newest } }: ViewProps<typeof ${name}>) {
  if (newest === null) return <Empty>No event yet.</Empty>
  return (
    <p>
      {newest.topic}, <Ago time={newest.time} />
    </p>
  )
}
`,
  [`${type}.test.tsx`]: `import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { contextWith, logOf } from '../context.fixtures.ts'
import { implement } from '../define.ts'
import { matches } from '../interest.fixtures.ts'
import { load } from './loader.ts'
import ${Name}View from './view.tsx'
import { ${name} } from './widget.ts'

const type = implement(${name}, load)
const config = type.parseConfig({})

test('is made stale by events of its topic and no others', () => {
  expect(matches(${name}.interests(config), { topic: '${type}.done' })).toBe(true)
  expect(matches(${name}.interests(config), { topic: 'other.done' })).toBe(false)
})

test('refuses a topic that is none', () => {
  expect(() => type.parseConfig({ topic: 'a..b' })).toThrow()
})

test('loads the newest event', async () => {
  const event = { id: '1', source: 's', type: 't', topic: '${type}.done', time: 1, receivedAt: 2, data: null }
  const loaded = await type.load(type.params(config), contextWith({ events: logOf(event) }))
  expect(loaded.data).toEqual({ newest: { topic: '${type}.done', time: 1 } })
  expect((await type.load(type.params(config), contextWith({ events: logOf() }))).empty).toBe(true)
})

test('a log that cannot be read fails the load', async () => {
  await expect(type.load(type.params(config), contextWith())).rejects.toThrow()
})

test.each(${name}.samples)('shows $name', ({ data }) => {
  const html = renderToStaticMarkup(<${Name}View data={${name}.data.parse(data)} config={config} />)
  expect(html).toMatch(/No event yet|${type}\\.done/)
})
`,
}

/** Puts \`line\` where the alphabet wants it among the lines that \`pattern\` finds. */
function insert(text: string, pattern: RegExp, line: string): string {
  const lines = text.split('\n')
  const places = lines.flatMap((each, index) => (pattern.test(each) ? [index] : []))
  const key = (each: string): string => each.trim().replaceAll("'", '')
  const before = places.find((index) => key(lines[index] ?? '') > key(line)) ?? (places.at(-1) ?? -1) + 1
  if (places.length === 0)
    complain(
      'The lists in widgets/registry.ts and widgets/views.tsx look different from what this script knows.',
    )
  lines.splice(before, 0, line)
  return lines.join('\n')
}

const key = words.length > 1 ? `'${type}'` : type
const registry = new URL('widgets/registry.ts', root)
const views = new URL('widgets/views.tsx', root)

let server = readFileSync(registry, 'utf8')
server = insert(
  server,
  /^import .* from '\.\/.*\/widget\.ts'/,
  `import { ${name} } from './${type}/widget.ts'`,
)
server = insert(
  server,
  /^import .* from '\.\/.*\/loader\.ts'/,
  `import { load as load${Name} } from './${type}/loader.ts'`,
)
server = insert(server, /^ +\S+: implement\(/, `  ${key}: implement(${name}, load${Name}),`)
const browser = insert(
  readFileSync(views, 'utf8'),
  /^ +\S+: dynamic\(/,
  `    ${key}: dynamic(noted('${type}', () => import('./${type}/view.tsx'))),`,
)

mkdirSync(folder)
for (const [file, text] of Object.entries(files)) writeFileSync(new URL(file, folder), text)
writeFileSync(registry, server)
writeFileSync(views, browser)
const biome = new URL('node_modules/@biomejs/biome/bin/biome', root).pathname
execFileSync(
  process.execPath,
  [biome, 'check', '--write', `widgets/${type}`, 'widgets/registry.ts', 'widgets/views.tsx'],
  {
    cwd: root.pathname,
    stdio: 'inherit',
  },
)
console.log(`widgets/${type} is ready: npm run dev, then put a widget of type "${type}" on a hub.`)
