'use client'
import type { DataOf, ViewProps } from '../define.ts'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { OutsideLink } from '../ui/outside-link.tsx'
import { Row } from '../ui/row.tsx'
import { Stat } from '../ui/stat.tsx'
import { Table } from '../ui/table.tsx'
import type { json } from './widget.ts'

type Data = DataOf<typeof json>
type TableData = Extract<Data, { as: 'table' }>

/** Longer than this, a text is read and not glanced at. */
const glance = 32

export default function JsonView({ data, config: { label, unit } }: ViewProps<typeof json>) {
  switch (data.as) {
    case 'number':
      return <Stat value={withUnit(numberText(data.value), unit)} label={label} />
    case 'text':
      if (data.value === '')
        return <Empty>{label === undefined ? 'An empty text.' : `${label}: an empty text.`}</Empty>
      if (data.value.length <= glance && !isWebLink(data.value)) {
        return <Stat value={withUnit(data.value, unit)} label={label} />
      }
      return (
        <Labelled label={label}>
          <p className="whitespace-pre-wrap wrap-anywhere text-ink">{linked(data.value)}</p>
        </Labelled>
      )
    case 'list':
      return (
        <Labelled label={label}>
          {data.items.length === 0 ? (
            <Empty>Nothing in this list now.</Empty>
          ) : (
            <List items={data.items.map((text, place) => ({ text, place }))} keyOf={({ place }) => place}>
              {({ text }) => <Row title={text} href={isWebLink(text) ? text : undefined} />}
            </List>
          )}
          <More count={data.more} />
        </Labelled>
      )
    case 'table':
      return (
        <Labelled label={label}>
          {data.rows.length === 0 ? <Empty>Nothing in this table now.</Empty> : <DataTable data={data} />}
          <More count={data.more} />
        </Labelled>
      )
  }
}

function DataTable({ data: { columns, rows } }: { readonly data: TableData }) {
  const numeric = (place: number) => rows.every((row) => typeof (row[place] ?? 0) === 'number')
  return (
    <Table
      columns={columns.map((title, place) => ({ title, numeric: numeric(place) }))}
      rows={rows.map((row) => row.map(cellText))}
    />
  )
}

function Labelled({
  label,
  children,
}: {
  readonly label: string | undefined
  readonly children: React.ReactNode
}) {
  return (
    <>
      {label === undefined ? null : <p className="pb-0.5 font-medium text-muted text-small">{label}</p>}
      {children}
    </>
  )
}

function More({ count }: { readonly count: number }) {
  return count === 0 ? null : (
    <p className="pt-1.5 text-muted text-small tabular-nums">and {numberText(count)} more</p>
  )
}

function withUnit(value: string, unit: string | undefined) {
  if (unit === undefined) return value
  return (
    <>
      {value} <span className="text-large text-soft tracking-normal">{unit}</span>
    </>
  )
}

function cellText(value: TableData['rows'][number][number]) {
  if (value === null) return <span className="text-muted">–</span>
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'number' ? numberText(value) : linked(value)
}

function linked(text: string) {
  return isWebLink(text) ? <OutsideLink href={text}>{text}</OutsideLink> : text
}

function isWebLink(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text)
}

/** Digits in groups, up to four behind the point; what would not fit that is told by its power of ten. */
function numberText(value: number): string {
  const size = Math.abs(value)
  const plain = value === 0 || (size >= 0.0001 && size < 1e15)
  return plain ? value.toLocaleString('en', { maximumFractionDigits: 4 }) : value.toExponential(3)
}
