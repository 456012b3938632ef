import { reads } from './page-data.ts'
import { HubTile } from './ui/hub-tile.tsx'
import { PageLinks } from './ui/page-links.tsx'
import { SiteHeader } from './ui/site-header.tsx'

interface Props {
  readonly searchParams: Promise<{ readonly page?: string | readonly string[] }>
}

/** The page asked for; the first for whatever is no number of a page. */
function pageOf(text: unknown): number {
  return typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 1
}

export default async function DirectoryPage({ searchParams }: Props) {
  const { hubs, page, pages, from, to, total } = await reads().directory(pageOf((await searchParams).page))
  return (
    <>
      <SiteHeader />
      <main id="main" className="frame pt-5 pb-16">
        <h1 className="text-title">Hubs</h1>
        <p className="mt-0.5 text-soft">Every team’s page, always current.</p>
        {pages > 1 ? (
          <p className="mt-1 text-muted text-small">
            {from.toLocaleString('en')}–{to.toLocaleString('en')} of {total.toLocaleString('en')}
          </p>
        ) : null}
        {hubs.length === 0 ? (
          <NoHubs />
        ) : (
          <ul className="mt-5 grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3 2xl:grid-cols-4">
            {hubs.map((hub) => (
              <HubTile key={hub.slug} hub={hub} />
            ))}
          </ul>
        )}
        <PageLinks page={page} pages={pages} />
      </main>
    </>
  )
}

function NoHubs() {
  return (
    <div className="prose mt-8 max-w-prose">
      <p>
        <strong>There is no hub yet.</strong> Describe one in a file and apply it; it appears here at once:
      </p>
      <pre>
        <code>npm run hubs -- apply my-hub.json</code>
      </pre>
    </div>
  )
}
