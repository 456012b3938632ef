import { services } from '#backend/services.ts'
import { HubTile } from './ui/hub-tile.tsx'
import { SiteHeader } from './ui/site-header.tsx'

export default async function DirectoryPage() {
  const hubs = await services().directory()
  return (
    <>
      <SiteHeader />
      <main id="main" className="frame pt-5 pb-16">
        <h1 className="text-title">Hubs</h1>
        <p className="mt-0.5 text-soft">Every team’s page, always current.</p>
        {hubs.length === 0 ? (
          <NoHubs />
        ) : (
          <ul className="mt-5 grid grid-cols-1 gap-4 sm:grid-cols-2 lg:grid-cols-3 2xl:grid-cols-4">
            {hubs.map((hub) => (
              <HubTile key={hub.slug} hub={hub} />
            ))}
          </ul>
        )}
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
