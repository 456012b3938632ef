'use client'
import type { DataOf, ViewProps } from '../define.ts'
import { Ago } from '../ui/ago.tsx'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { OutsideLink } from '../ui/outside-link.tsx'
import type { activity } from './widget.ts'

type Line = DataOf<typeof activity>['lines'][number]

export default function ActivityView({ data }: ViewProps<typeof activity>) {
  if (data.lines.length === 0) return <Empty>Nothing has happened here yet.</Empty>
  return (
    <List items={data.lines} keyOf={({ id }) => id} ordered>
      {(line) => (
        <li className="flex min-w-0 items-baseline gap-2 py-1.5">
          <span className="line-clamp-2 min-w-0 grow wrap-anywhere text-ink" dir="auto" title={whole(line)}>
            {line.actor === undefined ? null : (
              <>
                <strong className="font-medium">
                  <bdi>{line.actor}</bdi>
                </strong>{' '}
              </>
            )}
            {line.href === undefined ? line.text : <OutsideLink href={line.href}>{line.text}</OutsideLink>}
          </span>
          <span className="shrink-0 text-small text-muted">
            <Ago time={line.time} />
          </span>
        </li>
      )}
    </List>
  )
}

function whole({ actor, text }: Line): string {
  return actor === undefined ? text : `${actor} ${text}`
}
