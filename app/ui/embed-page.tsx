'use client'
import { useLayoutEffect } from 'react'
import type { HubWidget } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import { basePath } from '#widgets/ui/base-path.ts'
import { setTickerClock } from '#widgets/ui/ticker.ts'
import { asOf } from '../live/core/live-state.ts'
import { useFrameHeight } from '../live/react/frame-height.ts'
import { useFrameTheme } from '../live/react/frame-theme.ts'
import { useLiveWidget } from '../live/react/use-live.ts'
import { Announcer } from './announcer.tsx'
import { ClockTime } from './clock-time.tsx'
import { WidgetCard } from './widget-card.tsx'

/** One widget bare, in a frame of somebody else's page: nothing of Hubs round it but what says whether it is live. */
export function EmbedPage({
  hub,
  theme,
  ...initial
}: {
  readonly hub: { readonly slug: string; readonly title: string }
  readonly theme: 'light' | 'dark' | 'auto'
  readonly widget: HubWidget
  readonly snapshot: Snapshot
  readonly paused: boolean
  readonly build: string
}) {
  const { widget, shown, live, gone, retry, clock } = useLiveWidget({ ...initial, hub: hub.slug })
  useLayoutEffect(() => setTickerClock(clock), [clock])
  useFrameHeight()
  return (
    <main id="main" className="grid p-px" data-embed data-theme={useFrameTheme(theme)} data-live={live.kind}>
      <WidgetCard
        widget={widget}
        live={shown}
        paused={live.kind === 'paused'}
        retry={retry}
        href={`${basePath}/${hub.slug}/w/${widget.id}`}
        outside
        renderedAt={asOf(live, initial.snapshot.now)}
      />
      {gone ? (
        <p className="mt-1 rounded-lg bg-warn-wash px-3 py-1 text-ink text-small" role="status">
          This widget has been removed from its hub.
        </p>
      ) : null}
      {live.kind === 'paused' ? (
        <p className="mt-1 rounded-lg bg-warn-wash px-3 py-1 text-ink text-small" role="status">
          Updates are paused since <ClockTime time={live.since} />
          {live.crowded ? ': more pages are open from your network than Hubs follows at once' : null}.
        </p>
      ) : null}
      <Announcer widgets={[widget]} live={{ [widget.id]: shown }} />
    </main>
  )
}
