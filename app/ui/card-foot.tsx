'use client'
import type { WidgetSnapshot } from '#backend/wire.ts'
import { Ago } from '#widgets/ui/ago.tsx'
import { StateDot } from '#widgets/ui/state-dot.tsx'
import { statusWords } from './card-status.ts'
import { Why } from './why.tsx'

/** Where a card's content comes from: its state, its age, the event behind it, and more on request. */
export function CardFoot({
  id,
  state,
  paused,
  explained,
}: {
  readonly id: string
  readonly state: WidgetSnapshot
  readonly paused: boolean
  readonly explained: boolean
}) {
  const { tone, label, written } = statusWords(state.status, paused)
  const time = state.checkedAt ?? state.loadedAt
  return (
    <footer className="relative flex items-center gap-2 px-4 pt-1 pb-2 text-small text-muted">
      {written ? <StateDot tone={tone} label={label} /> : <span className="sr-only">{label}</span>}
      <p className="min-w-0 truncate">
        {written ? (
          <span className="text-soft" aria-hidden="true">{`${label}${time === null ? '' : ' · '}`}</span>
        ) : null}
        {time === null ? null : <Ago time={time} />}
        {state.topic === undefined ? null : (
          <span title={state.topic}>
            {' · changed by '}
            <span className="font-medium text-soft">{state.topic}</span>
          </span>
        )}
      </p>
      {explained ? <Why id={id} version={state.version} /> : null}
    </footer>
  )
}
