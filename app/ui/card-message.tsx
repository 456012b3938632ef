import type { ReactNode } from 'react'
import { StateDot, type Tone } from '#widgets/ui/state-dot.tsx'

const names: { readonly [T in Tone]: string } = {
  good: 'Good',
  bad: 'Failed',
  busy: 'Working',
  warn: 'Attention',
  muted: 'Note',
}

/** Fills a card that has nothing else to show: what is the matter, what to do, and the reference to quote. */
export function CardMessage({
  tone,
  title,
  children,
  reference,
  action,
}: {
  readonly tone: Tone
  readonly title: string
  readonly children?: ReactNode
  readonly reference?: string | undefined
  readonly action?: ReactNode
}) {
  return (
    <div className="flex h-full min-h-20 flex-col items-start justify-center-safe gap-1 py-2">
      <p className="flex items-center gap-1.5 font-semibold text-ink">
        <StateDot tone={tone} label={names[tone]} />
        {title}
      </p>
      {children === undefined ? null : <p className="wrap-anywhere text-pretty text-soft">{children}</p>}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        {action}
        {reference === undefined ? null : (
          <p className="text-small text-muted">
            Reference <code className="wrap-anywhere font-mono">{reference}</code>
          </p>
        )}
      </div>
    </div>
  )
}
