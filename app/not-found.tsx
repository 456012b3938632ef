import type { Metadata } from 'next'
import { SiteHeader } from './ui/site-header.tsx'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <>
      <SiteHeader />
      <main id="main" className="frame pt-5 pb-16">
        <h1 className="text-title">There is no such page</h1>
        <p className="mt-1 max-w-prose text-soft">
          The hub or widget may have been renamed or removed.{' '}
          <a className="text-accent underline underline-offset-2" href="/">
            All hubs are listed here.
          </a>
        </p>
      </main>
    </>
  )
}
