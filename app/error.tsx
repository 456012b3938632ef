'use client'
import { SiteHeader } from './ui/site-header.tsx'

export default function ErrorPage({
  error,
  reset,
}: {
  readonly error: { readonly digest?: string }
  readonly reset: () => void
}) {
  return (
    <>
      <SiteHeader />
      <main id="main" className="frame pt-5 pb-16">
        <h1 className="text-title">This page could not be made</h1>
        <p className="mt-1 max-w-prose text-soft">
          The server met a fault, or cannot reach its stores. Try again in a moment; if it stays so, give the
          reference to whoever runs this installation.
        </p>
        {error.digest === undefined ? null : (
          <p className="mt-2 text-muted text-small">
            Reference <code className="font-mono">{error.digest}</code>
          </p>
        )}
        <button className="button mt-4" type="button" onClick={reset}>
          Try again
        </button>
      </main>
    </>
  )
}
