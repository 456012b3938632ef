'use client'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import { Ago } from '#widgets/ui/ago.tsx'
import { StateDot } from '#widgets/ui/state-dot.tsx'
import { useHydrated } from '../live/react/use-hydrated.ts'
import { AsOf } from './as-of.tsx'
import { statusWords } from './card-status.ts'
import { Why } from './why.tsx'

/** Where a card's content comes from: its state, its age, the event behind it, and more on request. */
export function CardFoot({
  id,
  title,
  state,
  paused,
  outside,
  renderedAt,
}: {
  readonly id: string
  readonly title: string
  readonly state: WidgetSnapshot
  readonly paused: boolean
  readonly outside: boolean
  /** What the server made is as of then, where nothing else says whether it is current. */
  readonly renderedAt: number | undefined
}) {
  const hydrated = useHydrated()
  const words = statusWords(state.status, paused)
  const { tone, label } = words
  // A card that has nothing to show says above why.
  const written = words.written && (state.data !== null || words.tone === 'busy')
  const time = state.checkedAt ?? state.loadedAt
  const asOf = hydrated ? undefined : renderedAt
  const age = asOf !== undefined ? <AsOf time={asOf} /> : time === null ? null : <Ago time={time} />
  return (
    <footer className="flex items-center gap-2 px-4 pt-1 pb-2 text-small text-muted">
      {written ? <StateDot tone={tone} label={label} /> : <span className="sr-only">{label}</span>}
      <p className="min-w-0 truncate">
        {written ? (
          <span className="text-soft" aria-hidden="true">{`${label}${age === null ? '' : ' · '}`}</span>
        ) : null}
        {age}
        {state.topic === undefined ? null : (
          <span title={state.topic}>
            {' · changed by '}
            <span className="font-medium text-soft">{state.topic}</span>
          </span>
        )}
      </p>
      {outside ? null : <Why id={id} title={title} version={state.version} />}
    </footer>
  )
}
