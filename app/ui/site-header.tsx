import type { ReactNode } from 'react'
import { basePath } from '#widgets/ui/base-path.ts'
import { Mark } from './mark.tsx'

/**
 * The bar every page but an embed has: home, where one is, and at the right how the page stands. Its links, as all of
 * ours, are plain: `next/link` weighs 10 KB, asks ahead for pages nobody opens, and may show one from its cache.
 */
export function SiteHeader({
  trail = [],
  children,
}: {
  /** Pages above this one, below the directory. */
  readonly trail?: readonly { readonly title: string; readonly href: string }[]
  readonly children?: ReactNode
}) {
  return (
    <>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-lg focus:bg-raised focus:px-3 focus:py-2"
      >
        Skip to content
      </a>
      <header className="site-bar sticky top-0 z-30 border-line border-b bg-surface">
        <div className="frame flex h-12 items-center gap-3">
          <nav aria-label="Hubs" className="flex min-w-0 grow items-center gap-2">
            <a
              className="link flex items-center gap-2 font-semibold tracking-[-0.01em]"
              href={`${basePath}/`}
            >
              <Mark /> Hubs
            </a>
            {trail.map(({ title, href }) => (
              <span key={href} className="flex min-w-0 items-center gap-2">
                <span className="text-edge" aria-hidden="true">
                  /
                </span>
                <a className="link truncate" href={href}>
                  {title}
                </a>
              </span>
            ))}
          </nav>
          {children}
        </div>
      </header>
    </>
  )
}
