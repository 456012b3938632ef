'use client'
import type { ReactNode } from 'react'
import { useFrameHeight } from '../live/react/frame-height.ts'
import { type Theme, useFrameTheme } from '../live/react/frame-theme.ts'

/** A sentence in the place of an embedded widget, and where to go from there. */
export function EmbedNote({
  theme,
  href,
  children,
}: {
  readonly theme: Theme
  readonly href: string
  readonly children: ReactNode
}) {
  useFrameHeight()
  return (
    <main id="main" className="p-px" data-embed data-theme={useFrameTheme(theme)}>
      <div className="rounded-xl border border-line bg-surface px-4 py-3 text-soft">
        <p className="wrap-anywhere">{children}</p>
        <a
          className="inline-block py-1 text-accent underline underline-offset-2"
          href={href}
          target="_blank"
          rel="noopener"
        >
          Open Hubs
        </a>
      </div>
    </main>
  )
}
