import type { ReactNode } from 'react'

const directions = { up: '↑', down: '↓', same: '→' } as const

/** Sizes that let so many digits stand in one line, whatever the width of the card; classes, for views have no styles. */
const sizes = [
  [6, 'text-[length:clamp(1.0625rem,26cqi,var(--figure,2.5rem))]'],
  [8, 'text-[length:clamp(1.0625rem,20cqi,var(--figure,2.5rem))]'],
  [10, 'text-[length:clamp(1.0625rem,16cqi,var(--figure,2.5rem))]'],
  [12, 'text-[length:clamp(1.0625rem,13.5cqi,var(--figure,2.5rem))]'],
  [14, 'text-[length:clamp(1.0625rem,11.5cqi,var(--figure,2.5rem))]'],
  [17, 'text-[length:clamp(1.0625rem,9.5cqi,var(--figure,2.5rem))]'],
  [20, 'text-[length:clamp(1.0625rem,8cqi,var(--figure,2.5rem))]'],
  [Number.POSITIVE_INFINITY, 'text-[length:clamp(1.0625rem,6cqi,var(--figure,2.5rem))]'],
] as const

/** For what stands in place of a longer one. */
const narrowSize = '@max-[13rem]:text-[length:clamp(1.0625rem,16cqi,var(--figure,2.5rem))]'

function sizeOf(value: string, unit: string | undefined): string {
  // A unit is set at less than half the size.
  const digits = value.length + (unit === undefined ? 0 : (unit.length + 1) / 2)
  return sizes.find(([most]) => digits <= most)?.[1] ?? ''
}

/**
 * One figure to be read from across a room: as large as its card allows, its unit beside it. `short` stands for it in
 * cards too narrow for all of it; readers of the screen and pointers still get `value`.
 */
export function Stat({
  value,
  unit,
  short,
  label,
  trend,
}: {
  readonly value: string
  readonly unit?: string | undefined
  readonly short?: string | undefined
  readonly label?: ReactNode
  readonly trend?: { readonly direction: keyof typeof directions; readonly text: string } | undefined
}) {
  const shorter = short !== undefined && short.length < value.length ? short : undefined
  return (
    <div className="flex h-full min-h-0 flex-col justify-center-safe gap-1">
      <p
        className="text-figure text-ink tabular-nums"
        title={shorter === undefined ? undefined : value}
        dir="auto"
      >
        <span className={`wrap-anywhere ${sizeOf(value, unit)} ${shorter === undefined ? '' : narrowSize}`}>
          {shorter === undefined ? value : <Shortened value={value} short={shorter} />}
          {unit === undefined ? null : (
            <span className="whitespace-nowrap text-[0.425em] text-soft tracking-normal">{`\u00a0${unit}`}</span>
          )}
        </span>
      </p>
      {label === undefined ? null : (
        <p className="text-soft" dir="auto">
          {label}
        </p>
      )}
      {trend === undefined ? null : (
        <p className="text-small text-muted tabular-nums">
          <span aria-hidden="true">{directions[trend.direction]}</span> {trend.text}
        </p>
      )}
    </div>
  )
}

/** What is shown in its place comes from the style sheet, so that the text is the value alone. */
function Shortened({ value, short }: { readonly value: string; readonly short: string }) {
  return (
    <>
      <span className="@max-[13rem]:sr-only">{value}</span>
      <span
        className="hidden before:content-[attr(data-short)] @max-[13rem]:inline"
        data-short={short}
        aria-hidden="true"
      />
    </>
  )
}
