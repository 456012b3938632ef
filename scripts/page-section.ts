import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->` on a page of docs/. @throws Error when it has no such marks. */
export function writeSection(page: string, name: string, text: string): void {
  const path = join(import.meta.dirname, '..', 'docs', page)
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const before = readFileSync(path, 'utf8')
  const [from, to] = [before.indexOf(begin), before.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/${page} has no ${begin} … ${end}.`)
  writeFileSync(path, `${before.slice(0, from)}${begin}\n${text}\n${before.slice(to)}`)
}
