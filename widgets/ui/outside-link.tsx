import type { ReactNode } from 'react'

/** A link that leaves Hubs: in a new tab, so that a page on the wall or in a frame stays where it is. */
export function OutsideLink({ href, children }: { readonly href: string; readonly children: ReactNode }) {
  return (
    <a className="link relative" href={href} target="_blank" rel="noopener noreferrer">
      {children}
      <span className="sr-only"> (new tab)</span>
    </a>
  )
}
