'use client'
import { useSyncExternalStore } from 'react'
import { relativeTime } from './relative-time.ts'
import { subscribeTicker, tickerNow } from './ticker.ts'
import { utcTime } from './utc-time.ts'

/**
 * How long ago `time` (ms since 1970) was, kept right while the page is open. The server writes its own reading;
 * hydration leaves that text alone, and the first render after it writes the browser's. Where no scripts run the style
 * sheet shows the title in its place, because an age would stand still.
 */
export function Ago({ time }: { readonly time: number }) {
  const text = useSyncExternalStore(
    subscribeTicker,
    () => relativeTime(time, tickerNow()),
    () => (typeof window === 'undefined' ? relativeTime(time, Date.now()) : ''),
  )
  const title = utcTime(time)
  return (
    <time
      className="age whitespace-nowrap tabular-nums"
      dateTime={title && new Date(time).toISOString()}
      title={title}
      suppressHydrationWarning
    >
      {text}
    </time>
  )
}
