import { Fragment, type Key, type ReactNode } from 'react'

/** Rows under one another, parted by hairlines. `ordered` when the order means something to a reader. */
export function List<T>({
  items,
  keyOf,
  children,
  ordered = false,
}: {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => Key
  readonly children: (item: T) => ReactNode
  readonly ordered?: boolean
}) {
  const Tag = ordered ? 'ol' : 'ul'
  return (
    <Tag className="divide-y divide-line">
      {items.map((item) => (
        <Fragment key={keyOf(item)}>{children(item)}</Fragment>
      ))}
    </Tag>
  )
}
