/** Enough colours to tell neighbours apart; which one is the slug's for good. */
const hues = [
  'bg-accent-wash text-accent',
  'bg-good-wash text-good',
  'bg-warn-wash text-warn',
  'bg-busy-wash text-busy',
  'bg-bad-wash text-bad',
] as const

/** A hub's sign: the initials of its title on a colour of its own, the same in the directory and on its page. */
export function Monogram({ slug, title }: { readonly slug: string; readonly title: string }) {
  const sum = [...slug].reduce((total, letter) => total + letter.charCodeAt(0), 0)
  return (
    <span
      className={`flex size-12 shrink-0 items-center justify-center rounded-xl font-semibold text-large ${hues[sum % hues.length]}`}
      aria-hidden="true"
    >
      {initials(title)}
    </span>
  )
}

function initials(title: string): string {
  const words = title.split(/[\s\-_/]+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const letters =
    words.length > 1 ? words.slice(0, 2).map((word) => [...word][0]) : [...(words[0] ?? '#')].slice(0, 2)
  return letters.join('').toLocaleUpperCase('en')
}
