'use client'
import { memo } from 'react'
import type { HubWidget } from '#contract/hub.ts'
import type { LiveWidget } from '../live/react/live-widget.ts'
import { CardBody, CardNotice } from './card-body.tsx'
import { CardFoot } from './card-foot.tsx'
import { ScrollArea } from './scroll-area.tsx'

/** One widget in its frame. Renders again only when its own state, or whether the page is live, changes. */
export const WidgetCard = memo(function WidgetCard({
  widget,
  live,
  paused,
  retry,
  place = '',
  href,
  outside = false,
  renderedAt,
}: {
  readonly widget: HubWidget
  readonly live: LiveWidget | undefined
  readonly paused: boolean
  readonly retry: (id: string) => Promise<string | undefined>
  /** Classes that place it on the grid. */
  readonly place?: string
  /** Its own page; absent there. */
  readonly href?: string
  /** In a frame of somebody else's page: links leave it, and its workings are not explained. */
  readonly outside?: boolean
  /** What the server made is as of then, where nothing else on the page says so. In ms since 1970. */
  readonly renderedAt?: number
}) {
  const state = widget.problem ? undefined : live?.state
  const changedAt = live?.changedAt ?? null
  const heading = `title-${widget.id}`
  const Heading = outside ? 'h1' : 'h2'
  const content = { widget, state, outdated: live?.outdated ?? false, retry }
  return (
    <article
      className={`relative flex min-w-0 flex-col rounded-xl border border-line bg-surface ${place}`}
      aria-labelledby={heading}
      data-widget={widget.id}
      data-status={state?.status ?? 'problem'}
    >
      {changedAt === null ? null : <span key={changedAt} className="changed-mark" aria-hidden="true" />}
      <header className="flex items-baseline gap-2 px-4 pt-3 pb-1">
        <Heading
          id={heading}
          className="-my-1 min-w-0 grow truncate py-1 font-semibold tracking-[-0.006em]"
          title={widget.title}
          dir="auto"
        >
          {href === undefined ? (
            widget.title
          ) : (
            <a className="link" href={href} {...(outside ? { target: '_blank', rel: 'noopener' } : {})}>
              {widget.title}
            </a>
          )}
        </Heading>
        {changedAt === null ? null : (
          <span
            key={changedAt}
            className="changed-word shrink-0 rounded-full bg-accent-wash px-2 font-medium text-accent text-small"
            aria-hidden="true"
          >
            just changed
          </span>
        )}
      </header>
      <ScrollArea labelledBy={heading}>
        <CardBody {...content} />
      </ScrollArea>
      <CardNotice {...content} />
      {state ? (
        <CardFoot
          id={widget.id}
          title={widget.title}
          state={state}
          paused={paused}
          outside={outside}
          renderedAt={renderedAt}
        />
      ) : (
        <div className="h-3" />
      )}
    </article>
  )
})
