'use client'
import type { ViewProps } from '../define.ts'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { Moved } from '../ui/moved.tsx'
import { Row } from '../ui/row.tsx'
import type { pulls } from './widget.ts'

export default function PullsView({ data, config }: ViewProps<typeof pulls>) {
  const source = data.from === 'events' ? ' since GitHub’s webhook was set up' : ''
  const moved = data.moved ? <Moved moved={data.moved} /> : null
  if (data.pulls.length === 0) return moved ?? <Empty>No open pull requests{source}.</Empty>
  const several = config.repositories.length > 1
  return (
    <div>
      <List items={data.pulls} keyOf={({ repository, number }) => `${repository}#${number}`} ordered>
        {({ repository, number, title, author, draft, href, updatedAt }) => (
          <Row
            mark={<span className="inline-block min-w-9">#{number}</span>}
            title={title}
            href={href}
            note={[draft ? 'Draft' : '', several ? repository : '', author].filter(Boolean).join(' · ')}
            time={updatedAt}
          />
        )}
      </List>
      {data.open > data.pulls.length || !data.complete ? (
        <p className="pt-2 text-small text-muted tabular-nums">
          {data.pulls.length} of {data.open}
          {data.complete ? '' : ' or more'} open
        </p>
      ) : null}
      {moved}
    </div>
  )
}
