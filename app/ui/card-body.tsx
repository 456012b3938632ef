'use client'
import { type ReactNode, useState } from 'react'
import type { HubWidget } from '#contract/hub.ts'
import type { WidgetSnapshot } from '#contract/snapshot.ts'
import { CardMessage } from './card-message.tsx'
import { WidgetView } from './widget-view.tsx'

interface CardBodyProps {
  readonly widget: HubWidget
  readonly state: WidgetSnapshot | undefined
  readonly outdated: boolean
  /** Asks for one more load; says in a sentence why it could not be asked for. */
  readonly retry: (id: string) => Promise<string | undefined>
}

/** What a card shows: its data whenever there is any, else in words why there is none. */
export function CardBody({ widget, state, outdated, retry }: CardBodyProps) {
  if (widget.problem)
    return (
      <CardMessage tone="bad" title="This widget cannot be shown" reference={widget.problem.reference}>
        {widget.problem.message}
      </CardMessage>
    )
  if (state && state.data !== null)
    return <WidgetView type={state.type} data={state.data} config={widget.config} />
  if (state?.status === 'unavailable')
    return (
      <CardMessage tone="muted" title="Needs a setting" reference={state.error?.reference}>
        {state.error?.message ?? 'Something this widget needs is missing on the server.'}
      </CardMessage>
    )
  if (state?.status === 'failed')
    return (
      <CardMessage
        tone="bad"
        title="Could not load"
        reference={state.error?.reference}
        action={mayRetry(state) ? <RetryButton state={state} retry={() => retry(widget.id)} /> : undefined}
      >
        {state.error?.message}
      </CardMessage>
    )
  if (outdated) return <p className="py-2 text-muted">Reload the page to see this widget.</p>
  return <Skeleton />
}

/** Beside data that could not be renewed: why, and a way to ask again. */
export function CardNotice({ widget, state, outdated, retry }: CardBodyProps) {
  if (outdated)
    return (
      <Notice tone="bg-warn-wash">
        <p className="grow">The server has a newer version of this widget.</p>
        <button className="button" type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </Notice>
    )
  if (!state?.error || state.data === null || widget.problem) return null
  const reference = <span className="font-mono text-muted">{state.error.reference}</span>
  return (
    <Notice tone={state.status === 'unavailable' ? 'bg-warn-wash' : 'bg-bad-wash'}>
      <p className="wrap-anywhere min-w-0 flex-1 basis-48">
        {state.error.message} {reference}
      </p>
      {mayRetry(state) ? <RetryButton state={state} retry={() => retry(widget.id)} /> : null}
    </Notice>
  )
}

/** A retry of what is set aside is refused, for its load did harm; a setting that is missing is not there at the next load either. */
function mayRetry({ status, error }: WidgetSnapshot): boolean {
  return status !== 'unavailable' && error?.code !== 'set-aside'
}

function Notice({ tone, children }: { readonly tone: string; readonly children: ReactNode }) {
  return (
    <div
      className={`mx-2 flex flex-wrap items-center gap-x-2 gap-y-1 rounded-lg px-2 py-1.5 text-small text-ink ${tone}`}
    >
      {children}
    </div>
  )
}

/** Stays pressed until the widget has any other state, so that a reader sees that the request was heard. */
function RetryButton({
  state,
  retry,
}: {
  readonly state: WidgetSnapshot
  readonly retry: () => Promise<string | undefined>
}) {
  const [asked, setAsked] = useState<WidgetSnapshot>()
  const [refusal, setRefusal] = useState('')
  const waiting = asked === state

  async function ask() {
    if (waiting) return
    setAsked(state)
    const refused = await retry()
    setRefusal(refused ?? '')
    if (refused !== undefined) setAsked(undefined)
  }

  return (
    <>
      <button
        className="button with-scripts shrink-0"
        type="button"
        aria-disabled={waiting}
        onClick={() => void ask()}
      >
        {waiting ? 'Trying…' : 'Try again'}
      </button>
      <span className="basis-full text-small empty:hidden" role="status">
        {refusal}
      </span>
    </>
  )
}

function Skeleton() {
  return (
    <div className="pulse space-y-2.5 py-2">
      <span className="sr-only">Loading</span>
      <div className="h-3 w-3/4 rounded bg-line" />
      <div className="h-3 w-1/2 rounded bg-line" />
      <div className="h-3 w-2/3 rounded bg-line" />
    </div>
  )
}
