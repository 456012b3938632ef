import { distance } from 'fastest-levenshtein'

const MOST = 3

/** Of `slugs`, at most three that somebody who wrote `wrong` may have meant, the nearest first. */
export function nearestSlugs(wrong: string, slugs: Iterable<string>): string[] {
  // Slugs have at most 63 characters; what is far longer is like none, and costs by its length.
  const asked = wrong.toLowerCase().slice(0, 80)
  const far = Math.floor((asked.length + 1) / 3)
  const near: { slug: string; away: number }[] = []
  for (const slug of slugs) {
    // A part of a name says more than any number of letters that differ.
    const part = Math.min(asked.length, slug.length) >= 3 && (slug.includes(asked) || asked.includes(slug))
    const longer = Math.abs(slug.length - asked.length)
    if (!part && longer > far) continue
    const away = part ? Math.min(1, longer / 16) : distance(asked, slug)
    if (part || away <= far) near.push({ slug, away })
  }
  return near
    .sort((a, b) => a.away - b.away || a.slug.length - b.slug.length || a.slug.localeCompare(b.slug))
    .slice(0, MOST)
    .map(({ slug }) => slug)
}
