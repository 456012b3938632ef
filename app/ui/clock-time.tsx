'use client'
import { useSyncExternalStore } from 'react'

const never = () => () => {}

/** A time of day in the reader's zone. The server does not know that zone and writes UTC, which hydration leaves alone. */
export function ClockTime({ time }: { readonly time: number }) {
  const text = useSyncExternalStore(
    never,
    () => new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(time),
    () => (typeof window === 'undefined' ? `${new Date(time).toISOString().slice(11, 16)} UTC` : ''),
  )
  return (
    <time className="tabular-nums" dateTime={new Date(time).toISOString()} suppressHydrationWarning>
      {text}
    </time>
  )
}
