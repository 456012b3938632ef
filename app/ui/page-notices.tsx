'use client'
import type { ReactNode } from 'react'
import type { LiveState } from '../live/core/live-state.ts'
import { ClockTime } from './clock-time.tsx'

/** What concerns the whole page and a reader should know before reading on. */
export function PageNotices({
  live,
  newBuild,
  gone,
}: {
  readonly live: LiveState
  readonly newBuild: boolean
  /** A sentence when what the page shows exists no longer. */
  readonly gone: string | undefined
}) {
  return (
    <>
      {gone === undefined ? null : (
        <Notice tone="bg-warn-wash">
          <p role="status">{gone} What you see is the last it showed.</p>
        </Notice>
      )}
      {live.kind === 'paused' ? (
        <Notice tone="bg-warn-wash">
          <p>
            <strong className="font-semibold">
              Updates are paused since <ClockTime time={live.since} />.
            </strong>{' '}
            {live.why === undefined ? null : `${live.why} `}
            {live.crowded
              ? 'More pages are open from your network than Hubs follows at once. Close some you do not need; '
              : 'What you see may have changed meanwhile; '}
            this page catches up by itself.
          </p>
        </Notice>
      ) : null}
      {newBuild ? (
        <Notice tone="bg-accent-wash">
          <p className="grow">
            Hubs has been updated. Reload when it suits you; what you see stays live until then.
          </p>
          <button className="button" type="button" onClick={() => location.reload()}>
            Reload
          </button>
        </Notice>
      ) : null}
    </>
  )
}

function Notice({ tone, children }: { readonly tone: string; readonly children: ReactNode }) {
  return (
    <div className={`mt-4 flex items-center gap-3 rounded-xl px-4 py-2.5 text-ink ${tone}`}>{children}</div>
  )
}
