import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseHubDocument } from '#backend/hubs/document.ts'
import type { WidgetType } from '#widgets/define.ts'

const root = dirname(import.meta.dirname)
const LONG = 240_000
const copied = [
  'backend',
  'contract',
  'drizzle',
  'scripts',
  'sources',
  'widgets',
  '.gitignore',
  'biome.json',
  'package.json',
]

/** What the document shows of each file, by the path behind the language of its fence. */
const shown = new Map<string, string>()
let tree: string

beforeAll(async () => {
  const text = await readFile(join(root, 'docs/authoring.md'), 'utf8')
  for (const [, path = '', code = ''] of text.matchAll(/^```\w+ (\S+)\n([\s\S]*?)^```$/gm))
    shown.set(path, code)
  tree = await mkdtemp(join(tmpdir(), 'hubs-authoring-'))
  for (const name of [...copied, 'tsconfig.json', 'vitest.config.ts'])
    await cp(join(root, name), join(tree, name), { recursive: true })
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'))
  await writeFile(
    join(tree, 'tsconfig.widgets.json'),
    JSON.stringify({ extends: './tsconfig.json', include: ['widgets/**/*.ts', 'widgets/**/*.tsx'] }),
  )
  await run('--import', 'tsx', 'scripts/new-widget.ts', 'versions')
}, LONG)
afterAll(() => rm(tree, { recursive: true, force: true }))

async function run(...args: string[]): Promise<void> {
  // Whoever runs these tests tells its children that they belong to it.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(VITE|TEST$|NODE_OPTIONS$|NODE_ENV$)/.test(name),
  )
  // Next's types demand a NODE_ENV of every environment.
  const env = Object.fromEntries(own) as NodeJS.ProcessEnv
  try {
    await promisify(execFile)(process.execPath, args, { cwd: tree, env })
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string }
    throw new Error(`${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error })
  }
}

/** The gates an author runs: format and lint, types, and the tests of the type and of the contract. */
async function pass(): Promise<void> {
  await run('node_modules/@biomejs/biome/bin/biome', 'ci', 'widgets/versions')
  await run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.widgets.json')
  await run('node_modules/vitest/vitest.mjs', 'run', 'widgets/versions', 'widgets/registry.test.ts')
}

test('npm run new:widget makes a type that passes every gate', pass, LONG)

test('it writes the four lines that the document shows', async () => {
  const lists = ['widgets/registry.ts', 'widgets/views.tsx']
  const told = lists.map((list) => (shown.get(list) ?? '').split('\n').filter((line) => line !== ''))
  expect(told.flat()).toHaveLength(4)
  for (const [index, list] of lists.entries())
    expect((await readFile(join(tree, list), 'utf8')).split('\n')).toEqual(
      expect.arrayContaining(told[index] ?? []),
    )
})

test(
  'the type in the document passes every gate',
  async () => {
    const files = [...shown].filter(([path]) => path.startsWith('widgets/versions/'))
    expect(files).toHaveLength(5)
    for (const [path, code] of files) await writeFile(join(tree, path), code)
    await pass()
  },
  LONG,
)

test('the hub in the document takes it', async () => {
  const { registry } = (await import(join(tree, 'widgets/registry.ts'))) as {
    registry: Readonly<Record<string, WidgetType>>
  }
  const { slug, ...document } = JSON.parse(shown.get('my-hub.json') ?? '') as { slug: string }
  expect(slug).toBe('my-hub')
  expect(parseHubDocument(document, (name) => registry[name]).widgets).toHaveLength(1)
})
