'use client'
import type { ViewProps } from '../define.ts'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { Row } from '../ui/row.tsx'
import type { feed } from './widget.ts'

export default function FeedView({ data: { title, items } }: ViewProps<typeof feed>) {
  if (items.length === 0)
    return <Empty>{title === '' ? 'Nothing in this feed yet.' : `Nothing in ${title} yet.`}</Empty>
  return (
    <List items={items} keyOf={(item) => items.indexOf(item)}>
      {(item) => (
        <Row
          title={item.title}
          href={item.link ?? undefined}
          note={item.source === '' || item.source === title ? undefined : item.source}
          time={item.time ?? undefined}
        />
      )}
    </List>
  )
}
