import type { ReactNode } from 'react'

const directions = { up: '↑', down: '↓', same: '→' } as const

/** One figure to be read from across a room. */
export function Stat({
  value,
  label,
  trend,
}: {
  readonly value: ReactNode
  readonly label?: ReactNode
  readonly trend?: { readonly direction: keyof typeof directions; readonly text: string } | undefined
}) {
  return (
    <div className="flex h-full min-h-0 flex-col justify-center gap-1">
      <p className="wrap-anywhere text-figure text-ink tabular-nums">{value}</p>
      {label === undefined ? null : <p className="text-soft">{label}</p>}
      {trend === undefined ? null : (
        <p className="text-small text-muted tabular-nums">
          <span aria-hidden="true">{directions[trend.direction]}</span> {trend.text}
        </p>
      )}
    </div>
  )
}
