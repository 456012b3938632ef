'use client'
import { useSyncExternalStore } from 'react'
import { utcTime } from '#widgets/ui/utc-time.ts'
import type { LiveState } from '../live/core/live-state.ts'
import { asOf } from '../live/core/live-state.ts'

/** How often this document was printed. */
let printed = 0

function subscribe(print: () => void): () => void {
  const begin = () => {
    printed += 1
    print()
  }
  addEventListener('beforeprint', begin)
  return () => removeEventListener('beforeprint', begin)
}

/** On paper only: as of when it is, and where what is current is read. Times are the server's, in ms since 1970. */
export function PrintedFoot({
  live,
  renderedAt,
  clock,
  path,
}: {
  readonly live: LiveState
  readonly renderedAt: number
  readonly clock: () => number
  readonly path: string
}) {
  const times = useSyncExternalStore(
    subscribe,
    () => printed,
    () => 0,
  )
  return (
    <p className="on-paper mt-4 text-muted text-small">
      As of {utcTime(asOf(live, times === 0 ? renderedAt : clock()))}
      {times === 0 ? '' : ` · ${location.origin}${path}`}
    </p>
  )
}
