'use client'
import { useEffect, useState } from 'react'
import { Ago } from '#widgets/ui/ago.tsx'
import { api } from '../api.ts'

/** Its sentences are loaded when somebody asks: few do. */
type Explained = ReturnType<typeof import('./explain.ts').explain>
type Answer = { readonly version: string; readonly explanation: Explained | 'failed' }

/**
 * Tells why a widget is as it is, beside the button that asks for it. Asks the server when opened, and again when the
 * data has moved on. A popover of the platform: a click beside it and Escape close it, and the focus returns.
 */
export function Why({
  id,
  title,
  version,
}: {
  readonly id: string
  readonly title: string
  readonly version: string
}) {
  const [open, setOpen] = useState(false)
  const [answer, setAnswer] = useState<Answer>()
  const panel = `why-${id}`
  const wanted = open && answer?.version !== version

  useEffect(() => {
    if (!wanted) return
    const stop = new AbortController()
    void ask(id, stop.signal).then((explanation) => {
      if (!stop.signal.aborted) setAnswer({ version, explanation })
    })
    return () => stop.abort()
  }, [id, version, wanted])

  return (
    <>
      <button
        type="button"
        popoverTarget={panel}
        className="with-scripts -mr-1.5 ml-auto min-h-6 shrink-0 cursor-pointer rounded-sm px-1.5 hover:text-accent"
      >
        Why?
      </button>
      <div
        id={panel}
        popover="auto"
        role="dialog"
        aria-labelledby={`${panel}-title`}
        className="why rounded-xl border border-line bg-raised text-soft shadow-lg"
        onToggle={({ newState }) => {
          setOpen(newState === 'open')
          // What is opened again is asked anew: times have gone on, and the server may answer now.
          if (newState === 'closed') setAnswer(undefined)
        }}
      >
        {open ? (
          <>
            <div className="flex items-center gap-2 border-line border-b px-4 py-2">
              <h3 id={`${panel}-title`} className="min-w-0 grow truncate font-semibold text-ink">
                {title}
              </h3>
              <button
                type="button"
                popoverTarget={panel}
                popoverTargetAction="hide"
                aria-label="Close"
                className="-mr-2 grid size-8 shrink-0 cursor-pointer place-items-center rounded-sm text-muted hover:text-ink"
              >
                <svg
                  className="size-3"
                  viewBox="0 0 12 12"
                  stroke="currentColor"
                  strokeWidth="1.6"
                  aria-hidden="true"
                >
                  <path d="M1.5 1.5l9 9m0-9l-9 9" />
                </svg>
              </button>
            </div>
            <div className="px-4 py-3">
              <WhyPanel answer={answer?.explanation} />
            </div>
          </>
        ) : null}
      </div>
    </>
  )
}

function WhyPanel({ answer }: { readonly answer: Explained | 'failed' | undefined }) {
  if (answer === undefined) return <p role="status">Asking the server…</p>
  if (answer === 'failed')
    return <p role="status">The server did not answer. Close this and open it again to ask once more.</p>
  const { now, becomesStale, loads, events } = answer
  return (
    <dl className="space-y-3 [&_dt]:font-semibold [&_dt]:text-ink">
      <div>
        <dt>Now</dt>
        {now.map((line) => (
          <dd key={line}>{line}</dd>
        ))}
      </div>
      <div>
        <dt>Changes</dt>
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

async function ask(id: string, signal: AbortSignal): Promise<Explained | 'failed'> {
  try {
    const [{ explain }, told] = await Promise.all([
      import('./explain.ts'),
      api('GET /api/v1/widgets/:id/explain', { id }, { signal }),
    ])
    return explain(told)
  } catch {
    return 'failed'
  }
}
