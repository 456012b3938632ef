'use client'
import type { DataOf, ViewProps } from '../define.ts'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { OutsideLink } from '../ui/outside-link.tsx'
import { Row } from '../ui/row.tsx'
import { Stat } from '../ui/stat.tsx'
import { Table } from '../ui/table.tsx'
import { compactText, type Format, formatted, isIdName, isNumeric } from './number-format.ts'
import type { json } from './widget.ts'

type Data = DataOf<typeof json>
type TableData = Extract<Data, { as: 'table' }>
type Cell = TableData['rows'][number][number]
type Config = Pick<ViewProps<typeof json>['config'], 'format' | 'currency' | 'pick'>

/** Longer than this, a text is read and not glanced at. */
const glance = 32

export default function JsonView({ data, config }: ViewProps<typeof json>) {
  const { label, unit } = config
  switch (data.as) {
    case 'number':
      return data.value === null ? (
        <Nothing label={label} />
      ) : (
        <NumberFigure value={data.value} config={config} />
      )
    case 'text':
      return data.value === null ? (
        <Nothing label={label} />
      ) : (
        <TextFigure value={data.value} config={config} />
      )
    case 'list':
      return (
        <Labelled label={label}>
          {data.items.length === 0 ? (
            <Empty>Nothing in this list now.</Empty>
          ) : (
            <List items={data.items.map((text, place) => ({ text, place }))} keyOf={({ place }) => place}>
              {({ text }) => (
                <Row
                  title={textAs(text, overall(config))}
                  href={isWebLink(text) ? text : undefined}
                  note={unit !== undefined && isNumeric(text) ? unit : undefined}
                />
              )}
            </List>
          )}
          <More count={data.more} />
        </Labelled>
      )
    case 'table':
      return (
        <Labelled label={label}>
          {data.rows.length === 0 ? (
            <Empty>Nothing in this table now.</Empty>
          ) : (
            <DataTable data={data} config={config} />
          )}
          <More count={data.more} />
        </Labelled>
      )
  }
}

function NumberFigure({
  value,
  config,
}: {
  readonly value: number | string
  readonly config: ViewProps<typeof json>['config']
}) {
  const { label, unit, currency } = config
  const format = formatOf(lastName(config.pick), isWhole(value), config)
  const short = format === 'number' && Math.abs(Number(value)) >= 1e6 ? compactText(value) : undefined
  return <Stat value={formatted(value, format, currency)} unit={unit} short={short} label={label} />
}

function TextFigure({
  value,
  config,
}: {
  readonly value: string
  readonly config: ViewProps<typeof json>['config']
}) {
  const { label, unit } = config
  const text = textAs(value, overall(config))
  if (text === '') return <Empty>{label === undefined ? 'An empty text.' : `${label}: an empty text.`}</Empty>
  if (text.length <= glance && !isWebLink(text)) return <Stat value={text} unit={unit} label={label} />
  return (
    <Labelled label={label}>
      <p className="whitespace-pre-wrap wrap-anywhere text-ink" dir="auto">
        {linked(text)}
      </p>
    </Labelled>
  )
}

function Nothing({ label }: { readonly label: string | undefined }) {
  return <Empty>{label === undefined ? 'Nothing here now.' : `${label}: nothing now.`}</Empty>
}

function DataTable({
  data: { columns, rows },
  config,
}: {
  readonly data: TableData
  readonly config: Config
}) {
  // One object is a table of its fields, in which each row has a name of its own.
  const isFields = columns.length === 2 && columns[0] === 'name' && columns[1] === 'value'
  const formats = columns.map((name, place) => {
    const cells = rows.map((row) => row[place] ?? null)
    return formatOf(name, cells.every(isWhole), config)
  })
  const formatAt = (row: readonly Cell[], place: number): Format =>
    isFields && place === 1
      ? formatOf(String(row[0]), isWhole(row[1] ?? null), config)
      : (formats[place] ?? 'number')
  const isFigures = (place: number) =>
    !['id', 'date'].includes(formats[place] ?? '') && rows.every((row) => isFigure(row[place] ?? 0))
  return (
    <Table
      columns={columns.map((title, place) => ({ title, numeric: isFigures(place) }))}
      rows={rows.map((row) => row.map((cell, place) => cellText(cell, formatAt(row, place), config)))}
    />
  )
}

const isFigure = (cell: Cell) => typeof cell === 'number' || (typeof cell === 'string' && isNumeric(cell))
const isWhole = (cell: Cell) =>
  cell === null || Number.isInteger(typeof cell === 'string' ? Number(cell) : cell)

/** What a person said the numbers called `name` are, else what their name says. */
function formatOf(name: string, whole: boolean, { format }: Config): Format {
  const said = typeof format === 'object' && Object.hasOwn(format, name) ? format[name] : undefined
  if (said !== undefined) return said
  if (whole && isIdName(name)) return 'id'
  return typeof format === 'string' ? format : 'number'
}

/** For values that have no name, and are texts as they stand unless a person says otherwise. */
function overall({ format, currency }: Config) {
  return typeof format === 'string' ? { format, currency } : undefined
}

function textAs(text: string, said: ReturnType<typeof overall>): string {
  return said === undefined ? text : formatted(text, said.format, said.currency)
}

/** The name at the end of a path; nothing when the expression is more than that. */
function lastName(pick: string | undefined): string {
  return /^[\w$.[\]-]*?(\w+)$/.exec(pick ?? '')?.[1] ?? ''
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
      {label === undefined ? null : (
        <p className="pb-0.5 font-medium text-muted text-small" dir="auto">
          {label}
        </p>
      )}
      {children}
    </>
  )
}

function More({ count }: { readonly count: number }) {
  return count === 0 ? null : (
    <p className="pt-1.5 text-muted text-small tabular-nums">and {formatted(count, 'number')} more</p>
  )
}

function cellText(cell: Cell, format: Format, { currency, format: given }: Config) {
  if (cell === null) return <span className="text-muted">–</span>
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no'
  if (typeof cell === 'number') return formatted(cell, format, currency)
  // A text is a number only where a person says that its column has some.
  const isSaid = given !== undefined && (format === 'date' || isNumeric(cell))
  return isSaid ? formatted(cell, format, currency) : linked(cell)
}

function linked(text: string) {
  return isWebLink(text) ? <OutsideLink href={text}>{text}</OutsideLink> : text
}

function isWebLink(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) && URL.canParse(text)
}
