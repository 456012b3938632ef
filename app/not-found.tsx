import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { basePath } from '#widgets/ui/base-path.ts'
import { reads } from './page-data.ts'
import { SiteHeader } from './ui/site-header.tsx'

export const metadata: Metadata = { title: 'Not found' }

export default async function NotFound() {
  const [slug = '', w, widget] = await asked()
  const near = await reads().nearestHubs(slug)
  const hub = near.find((found) => found.slug === slug)
  const lost = hub && w === 'w' && widget !== undefined ? hub : undefined
  return (
    <>
      <SiteHeader />
      <main id="main" className="frame pt-5 pb-16">
        <h1 className="wrap-anywhere text-title">{lost ? 'No such widget' : `No hub called “${slug}”`}</h1>
        {lost ? (
          <p className="mt-1 max-w-prose text-soft">
            It was removed from <Place {...lost} />, or its address is wrong.
          </p>
        ) : null}
        {!lost && near.length > 0 ? (
          <>
            <p className="mt-1 text-soft">Did you mean</p>
            <ul className="mt-1 space-y-1">
              {near.map((found) => (
                <li key={found.slug}>
                  <Place {...found} />
                  <span className="text-muted"> /{found.slug}</span>
                </li>
              ))}
            </ul>
          </>
        ) : null}
        <p className="mt-3">
          <a className="inline-block py-0.5 text-accent underline underline-offset-2" href={`${basePath}/`}>
            All hubs
          </a>
        </p>
      </main>
    </>
  )
}

function Place({ slug, title }: { readonly slug: string; readonly title: string }) {
  return (
    <a
      className="inline-block py-0.5 font-semibold text-accent underline underline-offset-2"
      href={`${basePath}/${slug}`}
    >
      {title}
    </a>
  )
}

/** The segments of the address, which the server tells: Next tells this page nothing. */
async function asked(): Promise<string[]> {
  const path = (await headers()).get('hubs-page-path') ?? '/'
  return decodeURIComponent(path).split('/').slice(1)
}
