import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { services } from '#backend/edge/services.ts'
import { hubPage } from '../../../page-data.ts'
import { EmbedCode } from '../../../ui/embed-code.tsx'
import { WidgetPage } from '../../../ui/widget-page.tsx'

interface Props {
  readonly params: Promise<{ readonly hub: string; readonly widget: string }>
}

/** A widget's address holds its hub, so a widget of another hub is not found here. */
async function find(params: Props['params']) {
  const { hub: slug, widget: id } = await params
  const found = await hubPage(slug)
  const widget = found?.hub.widgets.find((placed) => placed.id === id)
  return found && widget ? { ...found, widget } : undefined
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await find(params)
  return found ? { title: `${found.widget.title} · ${found.hub.title}` } : {}
}

export default async function Page({ params }: Props) {
  const found = await find(params)
  if (!found) notFound()
  const { hub, widget, snapshot, paused } = found
  const { build, origin } = services()
  const state = snapshot.widgets[widget.id]
  return (
    <WidgetPage
      key={widget.id}
      hub={{ slug: hub.slug, title: hub.title }}
      widget={widget}
      snapshot={{ ...snapshot, widgets: state ? { [widget.id]: state } : {} }}
      paused={paused}
      build={build}
    >
      <EmbedCode origin={origin} widgetId={widget.id} embedOrigins={hub.embedOrigins} />
    </WidgetPage>
  )
}
