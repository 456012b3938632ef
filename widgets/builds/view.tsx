'use client'
import type { DataOf, ViewProps } from '../define.ts'
import { Ago } from '../ui/ago.tsx'
import { Empty } from '../ui/empty.tsx'
import { List } from '../ui/list.tsx'
import { Moved } from '../ui/moved.tsx'
import { Row } from '../ui/row.tsx'
import { StateDot, type Tone } from '../ui/state-dot.tsx'
import { duration } from './duration.ts'
import type { builds } from './widget.ts'

type Build = DataOf<typeof builds>['builds'][number]

const states: { readonly [S in Build['state']]: { readonly tone: Tone; readonly label: string } } = {
  failed: { tone: 'bad', label: 'failed' },
  running: { tone: 'busy', label: 'running' },
  queued: { tone: 'muted', label: 'queued' },
  passed: { tone: 'good', label: 'passed' },
  cancelled: { tone: 'muted', label: 'cancelled' },
  skipped: { tone: 'muted', label: 'skipped' },
}

export default function BuildsView({ data }: ViewProps<typeof builds>) {
  if (data.builds.length === 0) {
    return data.moved ? <Moved moved={data.moved} /> : <Empty>No builds have been reported yet.</Empty>
  }
  const present = (Object.keys(states) as Build['state'][]).filter((state) => data.counts[state] > 0)
  return (
    <div>
      <p className="flex flex-wrap gap-x-3 pb-1 text-small text-soft tabular-nums">
        {present.map((state) => (
          <span key={state} className={state === 'failed' ? 'font-medium text-bad' : undefined}>
            {data.counts[state]} {states[state].label}
          </span>
        ))}
      </p>
      <List items={data.builds} keyOf={({ id }) => id} ordered>
        {(build) => (
          <Row
            mark={<StateDot tone={states[build.state].tone} label={stateText(build)} />}
            title={build.job}
            href={build.href}
            note={noteText(build)}
            time={build.time}
          />
        )}
      </List>
      {data.moved ? <Moved moved={data.moved} /> : null}
      {data.since === undefined ? null : (
        <p className="pt-2 text-small text-muted">
          Jobs that have not run since <Ago time={data.since} /> may be missing.
        </p>
      )}
    </div>
  )
}

function stateText({ state, before }: Build): string {
  const { label } = states[state]
  return before === undefined ? label : `${label}, ${before} before`
}

function noteText({ repository, branch, version, before, startedAt, finishedAt }: Build): string {
  const took = startedAt === undefined || finishedAt === undefined ? '' : duration(finishedAt - startedAt)
  return [repository, branch, version, took, before === 'failed' ? 'failed before' : '']
    .filter(Boolean)
    .join(' · ')
}
