'use client'
import { type ReactNode, useLayoutEffect } from 'react'
import type { HubWidget } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import { basePath } from '#widgets/ui/base-path.ts'
import { setTickerClock } from '#widgets/ui/ticker.ts'
import { useLiveWidget } from '../live/react/use-live.ts'
import { Announcer } from './announcer.tsx'
import { LiveIndicator } from './live-indicator.tsx'
import { PageNotices } from './page-notices.tsx'
import { PrintedFoot } from './printed-foot.tsx'
import { SiteHeader } from './site-header.tsx'
import { WidgetCard } from './widget-card.tsx'

/** One widget with a page to itself. */
export function WidgetPage({
  hub,
  children,
  ...initial
}: {
  readonly hub: { readonly slug: string; readonly title: string }
  readonly widget: HubWidget
  readonly snapshot: Snapshot
  readonly paused: boolean
  readonly build: string
  /** Below the card. */
  readonly children: ReactNode
}) {
  const { widget, shown, live, newBuild, gone, retry, clock } = useLiveWidget({ ...initial, hub: hub.slug })
  useLayoutEffect(() => setTickerClock(clock), [clock])
  return (
    <>
      <SiteHeader trail={[{ title: hub.title, href: `${basePath}/${hub.slug}` }]}>
        <LiveIndicator live={live} renderedAt={initial.snapshot.now} />
      </SiteHeader>
      <main id="main" className="mx-auto max-w-4xl px-4 pt-5 pb-24" data-live={live.kind}>
        <h1 className="sr-only">
          {widget.title} on {hub.title}
        </h1>
        <PageNotices
          live={live}
          newBuild={newBuild}
          gone={gone ? 'This widget has been removed from its hub.' : undefined}
        />
        <div className="mt-1 grid min-h-64 [--figure:4.5rem]">
          <WidgetCard widget={widget} live={shown} paused={live.kind === 'paused'} retry={retry} />
        </div>
        {children}
        <PrintedFoot
          live={live}
          renderedAt={initial.snapshot.now}
          clock={clock}
          path={`${basePath}/${hub.slug}/w/${widget.id}`}
        />
        <Announcer widgets={[widget]} live={{ [widget.id]: shown }} />
      </main>
    </>
  )
}
