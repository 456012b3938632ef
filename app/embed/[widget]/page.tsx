import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { notFound } from 'next/navigation'
import { services } from '#backend/edge/services.ts'
import { basePath } from '#widgets/ui/base-path.ts'
import { embed } from '../../page-data.ts'
import { EmbedNote } from '../../ui/embed-note.tsx'
import { EmbedPage } from '../../ui/embed-page.tsx'

interface Props {
  readonly params: Promise<{ readonly widget: string }>
  readonly searchParams: Promise<{ readonly theme?: string | readonly string[] }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await embed((await params).widget)
  const robots = { index: false }
  if (!found) return { title: 'Not found', robots }
  return { title: (await refusedOrigin()) === null ? found.widget.title : 'Not shown here', robots }
}

export default async function Page({ params, searchParams }: Props) {
  const found = await embed((await params).widget)
  if (!found) notFound()
  const { hub, widget, state, snapshot, paused } = found
  const { theme: asked } = await searchParams
  const theme = asked === 'light' || asked === 'dark' ? asked : 'auto'
  const refused = await refusedOrigin()
  if (refused !== null)
    return (
      <EmbedNote theme={theme} href={`${basePath}/${hub.slug}/w/${widget.id}`}>
        This page may not show this widget. Its hub must allow <code>{refused}</code>.
      </EmbedNote>
    )
  return (
    <EmbedPage
      theme={theme}
      hub={hub}
      widget={widget}
      snapshot={{ ...snapshot, widgets: { [widget.id]: state } }}
      paused={paused}
      build={services().build}
    />
  )
}

/** Of the page that frames the widget and may not, which the server tells. */
async function refusedOrigin(): Promise<string | null> {
  return (await headers()).get('hubs-refused-origin')
}
