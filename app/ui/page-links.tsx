import { basePath } from '#widgets/ui/base-path.ts'

/** Pages on either side of the one shown that have a link of their own, besides the first and the last. */
const BESIDE = 2

/** Links to the pages of a long list, which work without scripts. */
export function PageLinks({ page, pages }: { readonly page: number; readonly pages: number }) {
  if (pages <= 1) return null
  const shown = [1, ...Array.from({ length: 2 * BESIDE + 1 }, (_, n) => page - BESIDE + n), pages]
  const numbers = [...new Set(shown)].filter((n) => n >= 1 && n <= pages)
  return (
    <nav aria-label="Pages" className="mt-6 flex flex-wrap items-center gap-2">
      {page > 1 ? <PageLink to={page - 1} text="Previous" rel="prev" /> : null}
      {numbers.map((n, at) => (
        <span key={n} className="contents">
          {n - (numbers[at - 1] ?? 0) > 1 ? <span aria-hidden>…</span> : null}
          <PageLink to={n} text={String(n)} current={n === page} />
        </span>
      ))}
      {page < pages ? <PageLink to={page + 1} text="Next" rel="next" /> : null}
    </nav>
  )
}

function PageLink({
  to,
  text,
  rel,
  current = false,
}: {
  readonly to: number
  readonly text: string
  readonly rel?: 'prev' | 'next'
  readonly current?: boolean
}) {
  return (
    <a
      className={`button ${current ? 'font-semibold' : ''}`}
      href={to === 1 ? `${basePath}/` : `${basePath}/?page=${to}`}
      rel={rel}
      aria-current={current ? 'page' : undefined}
      aria-label={rel ? undefined : `Page ${text}`}
    >
      {text}
    </a>
  )
}
