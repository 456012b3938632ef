'use client'

/** Lists in cards, as plain as React lets them be. */
export function Cards({ cards }) {
  return (
    <main className="mx-auto grid max-w-7xl gap-4 px-4 pt-5 pb-16">
      {cards.map(({ id, title, items }) => (
        <article className="relative flex min-w-0 flex-col rounded-xl border border-line" key={id}>
          <header className="flex items-baseline gap-2 px-4 pt-3 pb-1">
            <h2 className="min-w-0 grow truncate font-semibold" title={title}>
              <a className="link" href={`/cards/${id}`}>
                {title}
              </a>
            </h2>
          </header>
          <ol className="divide-y divide-line overflow-auto px-4 py-1">
            {items.map((item) => (
              <li className="flex min-w-0 items-baseline gap-2 py-1.5" key={item.id}>
                <span className="line-clamp-2 min-w-0 grow wrap-anywhere text-ink" title={item.title}>
                  {item.title}
                </span>
                <span className="shrink-0 text-muted">
                  <time className="whitespace-nowrap tabular-nums" dateTime={item.time} title={item.by}>
                    {item.time}
                  </time>
                </span>
              </li>
            ))}
          </ol>
          <footer className="relative flex items-center gap-2 px-4 pt-1 pb-2 text-muted">Up to date</footer>
        </article>
      ))}
    </main>
  )
}
