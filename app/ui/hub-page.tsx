'use client'
import { useLayoutEffect } from 'react'
import type { HubView } from '#contract/hub.ts'
import type { Snapshot } from '#contract/snapshot.ts'
import { basePath } from '#widgets/ui/base-path.ts'
import { setTickerClock } from '#widgets/ui/ticker.ts'
import { useLiveHub } from '../live/react/use-live.ts'
import { Announcer } from './announcer.tsx'
import { arrange } from './grid.ts'
import { LiveIndicator } from './live-indicator.tsx'
import { Monogram } from './monogram.tsx'
import { PageNotices } from './page-notices.tsx'
import { PrintedFoot } from './printed-foot.tsx'
import { SiteHeader } from './site-header.tsx'
import { WidgetCard } from './widget-card.tsx'

/** A hub as its readers see it: rendered by the server with its data, then followed live. */
export function HubPage(initial: {
  readonly hub: HubView
  readonly snapshot: Snapshot
  readonly paused: boolean
  readonly build: string
}) {
  const { hub, widgets, live, newBuild, gone, retry, clock } = useLiveHub(initial)
  useLayoutEffect(() => setTickerClock(clock), [clock])
  const shown = hub.widgets.filter(
    (widget) => !(widget.hideWhenEmpty && widgets[widget.id]?.state.status === 'empty'),
  )
  return (
    <>
      <SiteHeader>
        <LiveIndicator live={live} renderedAt={initial.snapshot.now} />
      </SiteHeader>
      <main id="main" className="frame pt-5 pb-16" data-live={live.kind}>
        <div className="flex items-center gap-3.5">
          <Monogram slug={hub.slug} title={hub.title} />
          <div className="min-w-0">
            <h1 className="text-title" dir="auto">
              {hub.title}
            </h1>
            {hub.summary === '' ? null : (
              <p className="max-w-prose text-pretty text-soft" dir="auto">
                {hub.summary}
              </p>
            )}
          </div>
        </div>
        <PageNotices live={live} newBuild={newBuild} gone={gone ? 'This hub has been removed.' : undefined} />
        {shown.length === 0 ? (
          <p className="mt-8 text-muted">This hub has no widgets yet.</p>
        ) : (
          <div className="hub-grid mt-5">
            {arrange(shown).map(({ widget, place }) => (
              <WidgetCard
                key={widget.id}
                widget={widget}
                live={widgets[widget.id]}
                paused={live.kind === 'paused'}
                retry={retry}
                place={place}
                href={`${basePath}/${hub.slug}/w/${widget.id}`}
              />
            ))}
          </div>
        )}
        <PrintedFoot
          live={live}
          renderedAt={initial.snapshot.now}
          clock={clock}
          path={`${basePath}/${hub.slug}`}
        />
        <Announcer widgets={hub.widgets} live={widgets} />
      </main>
    </>
  )
}
