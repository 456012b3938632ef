'use client'
import { StateDot } from '#widgets/ui/state-dot.tsx'
import type { LiveState } from '../live/core/live-state.ts'
import { asOf } from '../live/core/live-state.ts'
import { useHydrated } from '../live/react/use-hydrated.ts'
import { AsOf } from './as-of.tsx'
import { ClockTime } from './clock-time.tsx'

/** Whether this page follows events, said once for the whole page and announced politely when it changes. */
export function LiveIndicator({
  live,
  renderedAt,
}: {
  readonly live: LiveState
  readonly renderedAt: number
}) {
  const hydrated = useHydrated()
  return (
    <div className="text-small">
      {/* Always there, because a status that comes with its words is not announced. */}
      <p
        role="status"
        data-live={live.kind}
        className={`flex items-center gap-1.5 rounded-full px-2.5 py-0.5 font-medium ${looks[hydrated ? live.kind : 'connecting']}`}
      >
        {hydrated ? words(live) : <AsOf time={asOf(live, renderedAt)} />}
      </p>
    </div>
  )
}

const looks = {
  live: 'bg-good-wash text-good',
  paused: 'bg-warn-wash text-warn',
  connecting: 'bg-sunken text-soft',
} as const

function words(live: LiveState) {
  if (live.kind === 'live')
    return (
      <>
        <span className="size-2 rounded-full bg-good" aria-hidden="true" /> Live
      </>
    )
  if (live.kind === 'connecting')
    return (
      <>
        <StateDot tone="busy" label="" /> Connecting
      </>
    )
  return (
    <>
      <StateDot tone="warn" label="" />
      <span>
        Paused since <ClockTime time={live.since} />
      </span>
    </>
  )
}
