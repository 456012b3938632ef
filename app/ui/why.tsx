'use client'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Explanation } from '#backend/wire.ts'
import { Ago } from '#widgets/ui/ago.tsx'
import { explain } from './explain.ts'

type Answer = { readonly version: string; readonly explanation: Explanation | 'failed' }

/** A disclosure that tells why a widget is as it is. Asks the server when opened, and again when the data has moved on. */
export function Why({ id, version }: { readonly id: string; readonly version: string }) {
  const [open, setOpen] = useState(false)
  const [answer, setAnswer] = useState<Answer>()
  const panel = useRef<HTMLDivElement>(null)
  const wanted = open && answer?.version !== version

  useEffect(() => {
    if (!wanted) return
    const stop = new AbortController()
    void ask(id, stop.signal).then((explanation) => {
      if (!stop.signal.aborted) setAnswer({ version, explanation })
    })
    return () => stop.abort()
  }, [id, version, wanted])

  useEffect(() => {
    if (answer) panel.current?.scrollIntoView({ block: 'nearest' })
  }, [answer])

  function closeOnEscape(event: KeyboardEvent<HTMLDetailsElement>) {
    if (event.key !== 'Escape' || !event.currentTarget.open) return
    event.currentTarget.open = false
    event.currentTarget.querySelector('summary')?.focus()
  }

  return (
    <details
      className="with-scripts ml-auto shrink-0"
      name="why"
      onToggle={(event) => {
        setOpen(event.currentTarget.open)
        // What is opened again is asked anew: times have gone on, and the server may answer now.
        if (!event.currentTarget.open) setAnswer(undefined)
      }}
      onKeyDown={closeOnEscape}
    >
      <summary className="cursor-pointer list-none -mr-1 rounded-sm px-1 py-0.5 hover:text-accent">
        Why?
      </summary>
      {open ? (
        <div
          ref={panel}
          className="absolute inset-x-[-1px] top-full z-20 max-h-80 overflow-y-auto rounded-xl border border-line bg-raised p-4 text-soft shadow-lg"
        >
          <WhyPanel answer={answer?.explanation} />
        </div>
      ) : null}
    </details>
  )
}

function WhyPanel({ answer }: { readonly answer: Explanation | 'failed' | undefined }) {
  if (answer === undefined) return <p role="status">Asking the server…</p>
  if (answer === 'failed')
    return <p role="status">The server did not answer. Close this and open it again to ask once more.</p>
  const { now, becomesStale, loads, events } = explain(answer)
  return (
    <dl className="space-y-3 [&_dt]:font-semibold [&_dt]:text-ink">
      <div>
        <dt>Now</dt>
        {now.map((line) => (
          <dd key={line}>{line}</dd>
        ))}
      </div>
      <div>
        <dt>Loads again</dt>
        {becomesStale.map((line) => (
          <dd key={line} className="wrap-anywhere">
            {line}
          </dd>
        ))}
      </div>
      <div>
        <dt>Last events for it</dt>
        {events.length === 0 ? <dd>None in the event log.</dd> : null}
        {events.map((event) => (
          <dd key={event.id}>
            <span className="flex gap-2">
              <span
                className="min-w-0 grow truncate"
                title={`${event.topic} from ${event.source}, id ${event.id}`}
              >
                {event.topic}
              </span>
              <Ago time={event.receivedAt} />
            </span>
            {event.doubt === undefined ? null : <span className="block text-small">{event.doubt}</span>}
          </dd>
        ))}
      </div>
      <div>
        <dt>Last loads</dt>
        {loads.length === 0 ? <dd>None on record.</dd> : null}
        {loads.map((load) => (
          <dd key={load.startedAt} className="flex gap-2">
            <span className="grow">{load.text}</span>
            <Ago time={load.endedAt} />
          </dd>
        ))}
      </div>
    </dl>
  )
}

async function ask(id: string, signal: AbortSignal): Promise<Explanation | 'failed'> {
  try {
    const response = await fetch(`/api/v1/widgets/${encodeURIComponent(id)}/explain`, { signal })
    // Our own server, of the same build or a newer one that keeps its contract.
    return response.ok ? ((await response.json()) as Explanation) : 'failed'
  } catch {
    return 'failed'
  }
}
