import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseEnv } from '#backend/env.ts'
import { declaredSecrets, doors } from '#sources/registry.ts'

const root = dirname(import.meta.dirname)
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const under = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))

const documents = ['README.md', ...under('docs').filter((path) => path.endsWith('.md'))]
const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '')
const operations = read('docs/operations.md')
const readme = read('README.md')

/** Folders at the root that git tracks, also where there is no git; those that begin with a dot are for tools. */
const ignored = read('.gitignore').split('\n')
const folders = readdirSync(root, { withFileTypes: true })
  .filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !ignored.includes(`${entry.name}/`),
  )
  .map(({ name }) => name)
const namesFile = new RegExp(`^(${folders.join('|')})/[\\w./-]*$`)

/** A folder that a reader is about to make, one that is said not to be there, and one that a script makes. */
const absent = ['widgets/versions', 'app/api', 'deploy/secrets']

/** Rows of the table under a heading, as cells. */
function table(text: string, heading: string): string[][] {
  const section = text.split(new RegExp(`^#+ ${heading}$`, 'm'))[1]?.split(/^#+ /m)[0] ?? ''
  const rows = section.split('\n').filter((line) => /^\| (?!-)/.test(line))
  return rows.slice(1).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
}

const coded = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code)

/** As GitHub makes anchors of headings. */
function anchors(path: string): string[] {
  return [...withoutCode(read(path)).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

describe.each(documents)('%s', (path) => {
  const text = withoutCode(read(path))

  test('its links lead somewhere', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)|(?:src|srcset)="([^"]+)"/g)].map(
      (found) => found[1] ?? found[2] ?? '',
    )
    const dead = links
      .filter((link) => !/^https?:/.test(link))
      .filter((link) => {
        const [file = '', anchor] = link.split('#')
        const target = file === '' ? path : join(dirname(path), file)
        if (!existsSync(join(root, target))) return true
        return anchor !== undefined && !anchors(target).includes(anchor)
      })
    expect(dead).toEqual([])
  })

  test('the files it names exist', () => {
    const paths = coded(text).filter((code) => namesFile.test(code))
    const missing = paths.filter((name) => !absent.includes(name) && !existsSync(join(root, name)))
    expect(missing).toEqual([])
  })
})

test('the line in the README names files at every step', () => {
  const steps = table(readme, 'The line')
  expect(steps.map(([step]) => step).join(' → ')).toBe(
    'event → ingest → bus → triage → invalidate → refresh → commit + feed → stream → browser cache → view',
  )
  for (const [, , files = ''] of steps) expect(coded(files)).not.toEqual([])
})

test('the README lists every folder, and no other', () => {
  const listed = table(readme, 'Folders').map(([folder = '']) => coded(folder)[0])
  expect(listed.toSorted()).toEqual(folders.map((name) => `${name}/`).toSorted())
})

test('the README lists every command, and no other', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const listed = table(readme, 'Commands').map(([command = '']) =>
    coded(command)[0]?.replace(/^npm (run )?/, ''),
  )
  expect(listed.toSorted()).toEqual(Object.keys(scripts).toSorted())
})

test.each(documents)('the commands in %s exist', (path) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = [...read(path).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name)
  expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([])
})

describe('the variables in operations.md', () => {
  const rows = table(operations, 'Variables').map(([name = '', preset = '', file = '']) => ({
    name: coded(name)[0] ?? '',
    preset: coded(preset)[0],
    file: file === 'yes',
  }))
  // Variables without a value are absent from what parsing gives, so their names are read from the source.
  const known = [
    ...[...read('backend/env.ts').matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name = '']) => name),
    ...declaredSecrets.keys(),
    ...[...doors.values()].map(({ secret }) => secret),
  ]

  test('are those that the program reads', () => {
    expect(known).toContain('PORT')
    expect(rows.map(({ name }) => name).toSorted()).toEqual(known.toSorted())
  })

  test('have the defaults that the program has', () => {
    const { secrets, doorSecrets, ...defaults } = parseEnv({})
    expect({ ...secrets, ...doorSecrets }).toEqual({})
    for (const name of Object.keys(defaults) as (keyof typeof defaults)[]) {
      const told = rows.find((row) => row.name === name)?.preset ?? ''
      expect(`${name}=${told}`).toBe(`${name}=${String(defaults[name])}`)
    }
  })

  test('come from a file where the table says so', () => {
    for (const { name, file } of rows) {
      const parse = () => parseEnv({ [`${name}_FILE`]: '/nowhere/at/all' })
      if (file) expect(parse).toThrow(`${name}_FILE cannot be read`)
      else expect(parse).not.toThrow()
    }
  })
})

test('operations.md tells of every figure, and of no other', () => {
  const made = under('backend')
    .filter((path) => path.endsWith('.ts') && !/\.(test|fixtures)\.ts$/.test(path))
    .flatMap((path) => [...read(path).matchAll(/\bname: '(?:hubs_)?([a-z\d_]+)',\s+help:/g)])
    .map(([, name]) => `hubs_${name}`)
  expect(made.length).toBeGreaterThan(10)
  const told = table(operations, 'Health')
    .flatMap(([figure = '']) => coded(figure))
    .filter((code) => code.startsWith('hubs_'))
  expect(told.toSorted()).toEqual(made.toSorted())
})

test('the messages that operations.md explains are what the program says', () => {
  const sources = ['app', 'backend']
    .flatMap(under)
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .map(read)
    .join('\n')
  const told = table(operations, 'When something is wrong').flatMap(([said = '']) => coded(said))
  expect(told.length).toBeGreaterThan(15)
  // What stands in place of … differs each time; `address already in use` is Node's own.
  const pieces = told.filter((said) => said !== 'address already in use').flatMap((said) => said.split('…'))
  const unsaid = pieces
    .map((piece) => piece.trim())
    .filter((piece) => piece.length > 4 && !sources.includes(piece))
  expect(unsaid).toEqual([])
})

test('the decisions are all listed', () => {
  const listed = [...read('docs/decisions/README.md').matchAll(/^- \[\d+\]\((.+)\) /gm)].map(
    ([, file]) => file,
  )
  const files = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d/.test(name))
  expect(listed).toEqual(files.toSorted())
})
