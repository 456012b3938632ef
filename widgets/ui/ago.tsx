'use client'
import { useSyncExternalStore } from 'react'
import { relativeTime } from './relative-time.ts'
import { subscribeTicker, tickerNow } from './ticker.ts'

/**
 * How long ago `time` (ms since 1970) was, kept right while the page is open. The server writes its own reading;
 * hydration leaves that text alone, and the first render after it writes the browser's.
 */
export function Ago({ time }: { readonly time: number }) {
  const text = useSyncExternalStore(
    subscribeTicker,
    () => relativeTime(time, tickerNow()),
    () => (typeof window === 'undefined' ? relativeTime(time, Date.now()) : ''),
  )
  const iso = isoTime(time)
  return (
    <time className="whitespace-nowrap tabular-nums" dateTime={iso} title={iso} suppressHydrationWarning>
      {text}
    </time>
  )
}

/** Absent for a number no date can hold, which data from outside may carry. */
function isoTime(time: number): string | undefined {
  return Math.abs(time) <= 8.64e15 ? `${new Date(time).toISOString().slice(0, -'.000Z'.length)}Z` : undefined
}
