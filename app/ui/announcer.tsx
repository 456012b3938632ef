'use client'
import { useEffect, useRef, useState } from 'react'
import type { HubWidget } from '#contract/hub.ts'
import type { LiveWidget } from '../live/react/live-widget.ts'

/** Milliseconds in which changes are gathered into one announcement. */
const gather = 3000
const named = 3

/** Tells screen readers which widgets changed, politely and not oftener than every few seconds. */
export function Announcer({
  widgets,
  live,
}: {
  readonly widgets: readonly HubWidget[]
  readonly live: Readonly<Record<string, LiveWidget>>
}) {
  const [said, setSaid] = useState({ text: '', count: 0 })
  const told = useRef(new Map<string, number>())
  const pending = useRef(new Set<string>())
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  useEffect(() => {
    for (const { id, title } of widgets) {
      const changedAt = live[id]?.changedAt ?? null
      if (changedAt === null || told.current.get(id) === changedAt) continue
      told.current.set(id, changedAt)
      pending.current.add(title)
    }
    if (pending.current.size === 0) return
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      const text = announcement([...pending.current])
      pending.current.clear()
      setSaid(({ count }) => ({ text, count: count + 1 }))
    }, gather)
  }, [widgets, live])

  useEffect(
    () => () => {
      clearTimeout(timer.current)
      timer.current = undefined
    },
    [],
  )

  return (
    <p className="sr-only" aria-live="polite">
      {/* A new element each time: the same words again would not be read out again. */}
      <span key={said.count}>{said.text}</span>
    </p>
  )
}

/** “Builds changed.”, “Builds and Pulls changed.”, “Builds, Pulls, Notes and 4 more changed.” */
export function announcement(titles: readonly string[]): string {
  const rest = titles.length - named
  const parts = rest > 0 ? [...titles.slice(0, named), `${rest} more`] : titles
  const last = parts.at(-1) ?? ''
  return `${parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`} changed.`
}
