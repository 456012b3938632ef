import type { HubSummary } from '#contract/hub.ts'
import { basePath } from '#widgets/ui/base-path.ts'
import { Monogram } from './monogram.tsx'

/** One hub in the directory; all of the tile leads to it. */
export function HubTile({ hub }: { readonly hub: HubSummary }) {
  return (
    <li className="relative flex gap-3.5 rounded-xl border border-line bg-surface p-4 hover:border-edge">
      <Monogram slug={hub.slug} title={hub.title} />
      <div className="min-w-0">
        <h2 className="truncate font-semibold text-large" dir="auto">
          <a className="after:absolute after:inset-0 after:rounded-xl" href={`${basePath}/${hub.slug}`}>
            {hub.title}
          </a>
        </h2>
        {hub.summary === '' ? null : (
          <p className="line-clamp-2 text-pretty text-soft" dir="auto">
            {hub.summary}
          </p>
        )}
        <p className="mt-1 text-muted text-small">
          /{hub.slug} · {hub.widgets} {hub.widgets === 1 ? 'widget' : 'widgets'}
        </p>
      </div>
    </li>
  )
}
