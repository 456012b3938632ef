import type { Terminal } from './terminal.ts'
import { printTable } from './table.ts'

export async function listHubs(terminal: Terminal) {
  const hubs = await terminal.ask({ do: 'hubs list' })
  printTable(
    ['SLUG', 'WIDGETS', 'REVISION', 'TITLE'],
    hubs.map(({ slug, widgets, revision, title }) => [slug, String(widgets), String(revision), title]),
  )
}
