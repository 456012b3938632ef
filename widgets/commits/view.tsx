'use client'
import type { ViewProps } from '../define.ts'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { Row } from '../ui/row.tsx'
import type { commits } from './widget.ts'

export default function CommitsView({ data }: ViewProps<typeof commits>) {
  if (data.commits.length === 0) return <Empty>This repository has no commits yet.</Empty>
  return (
    <List items={data.commits} keyOf={({ hash }) => hash} ordered>
      {({ hash, subject, author, time, href }) => (
        <Row
          mark={
            <code className="text-small" title={hash}>
              {hash.slice(0, 7)}
            </code>
          }
          title={subject === '' ? '(no message)' : subject}
          href={href}
          note={author}
          time={time}
        />
      )}
    </List>
  )
}
