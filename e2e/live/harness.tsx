import { memo } from 'react'
import { createRoot } from 'react-dom/client'
import { useFrameHeight } from '../../app/live/react/frame-height.ts'
import type { LiveWidget } from '../../app/live/react/live-widget.ts'
import { type HubStart, useLiveHub, useLiveWidget, type WidgetStart } from '../../app/live/react/use-live.ts'

declare global {
  interface Window {
    readonly start: HubStart | WidgetStart
    /** How often each card was drawn. */
    drawn: Record<string, number>
  }
}

const Card = memo(({ id, shown }: { readonly id: string; readonly shown: LiveWidget | undefined }) => {
  window.drawn[id] = (window.drawn[id] ?? 0) + 1
  return <li id={id}>{String(shown?.state.data)}</li>
})

function Hub({ start }: { readonly start: HubStart }) {
  const { hub, widgets, live } = useLiveHub(start)
  return (
    <ul data-live={live.kind}>
      {hub.widgets.map(({ id }) => (
        <Card key={id} id={id} shown={widgets[id]} />
      ))}
    </ul>
  )
}

function Widget({ start }: { readonly start: WidgetStart }) {
  const { widget, shown, live } = useLiveWidget(start)
  useFrameHeight()
  return (
    <ul data-live={live.kind}>
      <Card id={widget.id} shown={shown} />
    </ul>
  )
}

window.drawn = {}
const { start } = window
createRoot(document.body).render('widget' in start ? <Widget start={start} /> : <Hub start={start} />)
