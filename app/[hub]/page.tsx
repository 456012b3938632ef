import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { services } from '#backend/edge/services.ts'
import { hubPage } from '../page-data.ts'
import { HubPage } from '../ui/hub-page.tsx'

interface Props {
  readonly params: Promise<{ readonly hub: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const found = await hubPage((await params).hub)
  return found ? { title: found.hub.title, description: found.hub.summary } : {}
}

export default async function Page({ params }: Props) {
  const found = await hubPage((await params).hub)
  if (!found) notFound()
  const { hub, snapshot, paused } = found
  return <HubPage key={hub.slug} hub={hub} snapshot={snapshot} paused={paused} build={services().build} />
}
