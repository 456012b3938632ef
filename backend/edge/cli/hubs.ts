import { printTable } from './table.ts'
import type { Terminal } from './terminal.ts'

export async function listHubs(terminal: Terminal) {
  const hubs = await terminal.ask({ do: 'hubs list' })
  printTable(
    ['SLUG', 'WIDGETS', 'REVISION', 'TITLE'],
    hubs.map(({ slug, widgets, revision, title }) => [slug, String(widgets), String(revision), title]),
  )
}
