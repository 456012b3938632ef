'use client'
import './globals.css'

/** Stands in for the root layout itself, so it brings its own document. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body className="p-6">
        <title>Hubs</title>
        <h1 className="text-title">Hubs could not be shown</h1>
        <p className="mt-1 text-soft">
          The server met a fault.{' '}
          <button className="button" type="button" onClick={() => location.reload()}>
            Try again
          </button>
        </p>
      </body>
    </html>
  )
}
