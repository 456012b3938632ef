import type { Metadata, Viewport } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { fontClasses } from './fonts.ts'
import './globals.css'

export const metadata: Metadata = {
  title: { default: 'Hubs', template: '%s · Hubs' },
  description: 'Team pages made of widgets that are never silently stale.',
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#ffffff' },
    { media: '(prefers-color-scheme: dark)', color: '#171a1e' },
  ],
}

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  // Pages made at build time would carry scripts without a nonce, which the content security policy refuses.
  await connection()
  return (
    <html lang="en" className={fontClasses}>
      <body>
        {children}
        <noscript>
          <span className="unscripted" />
        </noscript>
      </body>
    </html>
  )
}
