import type { ReactNode } from 'react'

/** Said in place of content when there is none, and that is fine: “No open pull requests.” */
export function Empty({ children }: { readonly children: ReactNode }) {
  return (
    <p className="flex h-full min-h-12 items-center-safe justify-center px-4 text-center text-balance text-muted">
      {children}
    </p>
  )
}
