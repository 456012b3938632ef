import Link from 'next/link'
import type { HubSummary } from '#backend/wire.ts'

/** Enough colours to tell neighbours apart; which one is the slug's for good. */
const hues = [
  'bg-accent-wash text-accent',
  'bg-good-wash text-good',
  'bg-warn-wash text-warn',
  'bg-busy-wash text-busy',
  'bg-bad-wash text-bad',
] as const

/** One hub in the directory. */
export function HubTile({ hub }: { readonly hub: HubSummary }) {
  const sum = [...hub.slug].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  return (
    <li className="relative flex gap-3.5 rounded-xl border border-line bg-surface p-4 focus-within:border-edge hover:border-edge">
      <span
        className={`flex size-11 shrink-0 items-center justify-center rounded-lg font-semibold text-large ${hues[sum % hues.length]}`}
        aria-hidden="true"
      >
        {initials(hub.title)}
      </span>
      <div className="min-w-0">
        <h2 className="truncate font-semibold text-large leading-snug">
          <Link className="after:absolute after:inset-0 after:rounded-xl" href={`/${hub.slug}`}>
            {hub.title}
          </Link>
        </h2>
        {hub.summary === '' ? null : <p className="line-clamp-2 text-pretty text-soft">{hub.summary}</p>}
        <p className="mt-1 text-muted text-small">
          /{hub.slug} · {hub.widgets} {hub.widgets === 1 ? 'widget' : 'widgets'}
        </p>
      </div>
    </li>
  )
}

function initials(title: string): string {
  const words = title.split(/[\s\-_/]+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters =
    words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [...(words[0] ?? '#')].slice(0, 2)
  return letters.join('').toLocaleUpperCase('en')
}
