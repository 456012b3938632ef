import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const rooms = [
  ...['app', 'backend', 'bench', 'contract', 'drizzle', 'e2e', 'mutants', 'scripts', 'sources', 'testing'],
  'widgets',
]
interface Export {
  readonly name: string
  readonly file: string
  readonly isType: boolean
}

const declared =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(const|let|function\*?|class|interface|type|enum) (\w+)/gm

const exported: readonly Export[] = rooms
  .flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
  )
  .filter((file) => /\.tsx?$/.test(file) && !file.includes('node_modules') && !file.includes('.next'))
  .flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(declared)].map(([, kind = '', name = '']) => ({
      ...{ name, file },
      isType: ['class', 'interface', 'type', 'enum'].includes(kind),
    })),
  )

const rows = readFileSync(join(import.meta.dirname, 'glossary.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!word )/.test(line))
  .map((line) => line.slice(1, -1).split('|'))
  .map((cells) => cells.map((cell) => cell.trim()))
const listed = (cell = '') => cell.split(', ').filter(Boolean)
const used = rows.flatMap(([word]) => listed(word))
const notUsed = rows.flatMap(([, , words]) => listed(words))

/** The words of a name or a phrase, each in the singular, with a blank before and after. */
function spelled(text: string): string {
  const words = text.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+/g) ?? []
  return ` ${words.map((word) => word.toLowerCase().replace(/(?<=[^s]{2})s$/, '')).join(' ')} `
}

const usedPhrases = used.map(spelled).filter((phrase) => phrase.trim().includes(' '))

/** The words of a name but for those that stand in it as part of one of ours: `apiToken` has no `token`. */
const remaining = (name: string) =>
  usedPhrases.reduce((left, phrase) => left.replaceAll(phrase, ' | '), spelled(name))

describe('the glossary', () => {
  test('has a meaning, and what is not said for it, for each word, once', () => {
    for (const row of rows)
      expect(row, row[0]).toEqual([expect.any(String), expect.any(String), expect.any(String)])
    expect(rows.filter((row) => row.includes(''))).toEqual([])
    const all = [...used, ...notUsed].map(spelled)
    expect(all.filter((word, n) => all.indexOf(word) !== n)).toEqual([])
  })

  test('is kept: no word that is not used stands in an exported name', () => {
    const found = exported.flatMap(({ name, file }) =>
      notUsed
        .filter((word) => remaining(name).includes(spelled(word)))
        .map((word) => `${file}: ${name} (${word})`),
    )
    expect(found).toEqual([])
  })

  test('no two files export a type of the same name', () => {
    const files = new Map<string, string[]>()
    for (const { name, file } of exported.filter(({ isType }) => isType))
      files.set(name, [...(files.get(name) ?? []), file])
    expect([...files].filter(([, of]) => of.length > 1)).toEqual([])
  })
})
