import type { Row } from './row.ts'

const heads = ['what', 'target', 'measured', ''] as const

/** A table in Markdown, which reads well in a terminal too. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ what, target, measured, met }) => [what, target, measured, mark(met)])
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`
  return [line(heads), '|---|---|---|---|', ...cells.map(line)].join('\n')
}

/** What stands behind the rows, a list for each that has more to tell. */
export function details(rows: readonly Row[]): string {
  const sections = rows.flatMap(({ what, details }) =>
    details ? [[`**${what}**`, '', ...details.map((line) => `- ${line}`)].join('\n')] : [],
  )
  return sections.join('\n\n')
}

const mark = (met: boolean | undefined): string => (met === undefined ? '' : met ? 'reached' : '**missed**')
