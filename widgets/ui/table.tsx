import type { ReactNode } from 'react'

/** A table whose columns are named once; numbers line up at the right. */
export function Table({
  columns,
  rows,
  caption,
}: {
  readonly columns: readonly { readonly title: string; readonly numeric?: boolean }[]
  /** One list of cells a row, in the order of `columns`. */
  readonly rows: readonly (readonly ReactNode[])[]
  /** For screen readers: what the table holds. */
  readonly caption?: string
}) {
  return (
    <table className="w-full border-collapse text-start tabular-nums">
      {caption === undefined ? null : <caption className="sr-only">{caption}</caption>}
      <thead>
        <tr className="text-small text-muted">
          {columns.map((column) => (
            <th
              key={column.title}
              scope="col"
              dir="auto"
              className={`border-line border-b py-1.5 pr-4 font-medium last:pr-0 ${column.numeric ? 'text-right' : ''}`}
            >
              {column.title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody className="divide-y divide-line">
        {rows.map((cells, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
          <tr key={row}>
            {cells.map((cell, place) => (
              <td
                key={columns[place]?.title ?? place}
                className={`max-w-xs truncate py-1.5 pr-4 align-baseline last:pr-0 ${columns[place]?.numeric ? 'text-right' : ''}`}
                title={typeof cell === 'string' ? cell : undefined}
                dir="auto"
              >
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
