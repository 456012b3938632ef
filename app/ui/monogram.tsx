/** Colours of identity: none of them says how something stands. Twelve, of which a hub has the same for good. */
const signs = Array.from({ length: 6 }, (_, hue) => [`sign-${hue + 1}`, `sign-${hue + 1} sign-full`]).flat()

/** A hub's sign: letters of its title on a colour of its own, the same in the directory and on its page. */
export function Monogram({ slug, title }: { readonly slug: string; readonly title: string }) {
  return (
    <span
      className={`sign ${signs[spread(slug) % signs.length]} flex size-12 shrink-0 items-center justify-center rounded-xl font-semibold text-large`}
      aria-hidden="true"
    >
      {initials(title)}
    </span>
  )
}

/** FNV-1a with a last stir: slugs that differ in one letter, or in the order of letters, come to lie far apart. */
function spread(text: string): number {
  let sum = 0x811c9dc5
  for (let place = 0; place < text.length; place++) sum = Math.imul(sum ^ text.charCodeAt(place), 0x01000193)
  sum ^= sum >>> 15
  return Math.imul(sum, 0x2c1b3c6d) >>> 8
}

/** Two letters; a number at the end, which may be all that tells a title from the next, stands in place of the second. */
function initials(title: string): string {
  const words = title.split(/[\s\-_/]+/).filter((word) => /[\p{L}\p{N}]/u.test(word))
  const number = /^\d{1,2}$/.exec(words.length > 1 ? (words.at(-1) ?? '') : '')?.[0]
  const letters =
    words.length > 1 ? [firstOf(words[0]), number ?? firstOf(words[1])] : [...(words[0] ?? '#')].slice(0, 2)
  return letters.join('').toLocaleUpperCase('en')
}

function firstOf(word = ''): string {
  return [...word].find((sign) => /[\p{L}\p{N}]/u.test(sign)) ?? ''
}
