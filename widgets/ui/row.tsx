import type { ReactNode } from 'react'
import { Ago } from './ago.tsx'
import { OutsideLink } from './outside-link.tsx'

/** One line of a `List`: what it is, where it leads, what stands behind it, and when it happened (ms since 1970). */
export function Row({
  title,
  href,
  note,
  mark,
  time,
}: {
  readonly title: ReactNode
  readonly href?: string | undefined
  readonly note?: ReactNode
  /** Before the title: a `StateDot`, a hash, a number. */
  readonly mark?: ReactNode
  readonly time?: number | undefined
}) {
  const whole = typeof title === 'string' ? title : undefined
  return (
    <li className="flex min-w-0 items-baseline gap-2 py-1.5">
      {mark === undefined ? null : <span className="shrink-0 text-muted tabular-nums">{mark}</span>}
      <span className="flex min-w-0 grow flex-col @md:flex-row @md:items-baseline @md:gap-2">
        <span
          className="@max-md:line-clamp-2 @md:truncate -my-1 min-w-0 py-1 text-ink @max-md:wrap-anywhere"
          dir="auto"
          title={whole}
        >
          {href === undefined ? title : <OutsideLink href={href}>{title}</OutsideLink>}
        </span>
        {note === undefined ? null : (
          <span
            className="@max-md:line-clamp-2 @md:truncate min-w-0 text-small text-muted @max-md:wrap-anywhere @md:shrink-[2]"
            dir="auto"
            title={typeof note === 'string' ? note : undefined}
          >
            {note}
          </span>
        )}
      </span>
      {time === undefined ? null : (
        <span className="shrink-0 text-small text-muted">
          <Ago time={time} />
        </span>
      )}
    </li>
  )
}
