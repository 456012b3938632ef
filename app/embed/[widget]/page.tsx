import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { services } from '#backend/services.ts'
import { embed } from '../../page-data.ts'
import { EmbedPage } from '../../ui/embed-page.tsx'

interface Props {
  readonly params: Promise<{ readonly widget: string }>
  readonly searchParams: Promise<{ readonly theme?: string | readonly string[] }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await embed((await params).widget)
  return { title: found?.widget.title ?? 'Not found', robots: { index: false } }
}

export default async function Page({ params, searchParams }: Props) {
  const found = await embed((await params).widget)
  if (!found) notFound()
  const { theme } = await searchParams
  const { hub, widget, state, snapshot, paused } = found
  return (
    <EmbedPage
      theme={theme === 'light' || theme === 'dark' ? theme : 'auto'}
      hub={hub}
      widget={widget}
      snapshot={{ ...snapshot, widgets: { [widget.id]: state } }}
      paused={paused}
      build={services().build}
    />
  )
}
