'use client'
import { useSyncExternalStore } from 'react'
import type { DataOf, ViewProps } from '../define.ts'
import { subscribeTicker, tickerNow } from '../ui/ticker.ts'
import { cityOf, face } from './face.ts'
import type { clock } from './widget.ts'

const thisMinute = () => Math.floor(tickerNow() / 60_000) * 60_000

/**
 * This minute, or null while hydrating: the server has written its own reading, which may be a minute older, and the
 * elements that show it leave that alone until the first render after.
 */
function useMinute(): number | null {
  return useSyncExternalStore(subscribeTicker, thisMinute, () =>
    typeof window === 'undefined' ? thisMinute() : null,
  )
}

export default function ClockView({ data, config }: ViewProps<typeof clock>) {
  const now = useMinute()
  return (
    <ul className="grid h-full content-center-safe gap-x-8 @md:grid-cols-[repeat(auto-fit,minmax(12rem,18rem))]">
      {data.zones.map((zone, place) => (
        <ZoneClock
          // biome-ignore lint/suspicious/noArrayIndexKey: one zone may be shown twice, under two labels
          key={place}
          zone={zone}
          label={config.zones.find((each, at) => each.zone === zone.zone && at >= place)?.label}
          now={now}
          hour12={config.hour12}
        />
      ))}
    </ul>
  )
}

function ZoneClock({
  zone,
  label = cityOf(zone.zone),
  now,
  hour12,
}: {
  readonly zone: DataOf<typeof clock>['zones'][number]
  readonly label?: string | undefined
  readonly now: number | null
  readonly hour12: boolean
}) {
  const { time, day, light } = now === null ? { time: '', day: '', light: '' } : face(zone, now, hour12)
  return (
    <li
      className="group flex min-w-0 items-center justify-between gap-3 py-1"
      data-light={light}
      suppressHydrationWarning
    >
      <span className="flex min-w-0 flex-col">
        <span className="truncate font-medium text-ink" title={`${label} (${zone.zone})`} dir="auto">
          {label}
        </span>
        <span className="truncate text-muted text-small tabular-nums" suppressHydrationWarning>
          {day}
        </span>
      </span>
      <span className="flex shrink-0 items-center gap-2">
        <Sky />
        <span className="text-ink text-title tabular-nums" suppressHydrationWarning>
          {time}
        </span>
      </span>
    </li>
  )
}

/** Sun or moon; both are there, so that hydration finds what the server wrote whatever the hour. */
function Sky() {
  return (
    <svg className="size-4" viewBox="0 0 16 16" aria-hidden="true">
      <g
        className="stroke-warn group-data-[light=night]:hidden"
        fill="none"
        strokeWidth="1.5"
        strokeLinecap="round"
      >
        <circle cx="8" cy="8" r="2.75" />
        <path d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
      </g>
      <path
        className="fill-muted group-data-[light=day]:hidden"
        d="M6.2 2.1a6 6 0 1 0 7.7 7.7A5 5 0 0 1 6.2 2.1Z"
      />
    </svg>
  )
}
