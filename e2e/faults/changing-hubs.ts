import { hubOf, numberWidget } from '#testing/api.ts'
import type { Truth } from '#testing/truth.ts'

const NUMBERS = 6
const JOBS = 2
/** Cards of builds on the hub that seldom changes. */
const RARE_CARDS = 12

export const slugs = ['north', 'south', 'west', 'rare'] as const
/** Changes only when asked to, so that its results stay fresh long enough for audits. */
export const RARE = 'ci.rare.0'

const titlesOf = new Map<string, readonly string[]>(
  slugs.map((slug) => [
    slug,
    slug === 'rare'
      ? [RARE]
      : [
          ...Array.from({ length: NUMBERS }, (_, n) => `${slug}.${n}`),
          ...Array.from({ length: JOBS }, (_, n) => `ci.${slug}.${n}`),
        ],
  ]),
)
/** What the hubs show: numbers, and jobs in their cards of builds. */
export const allTitles = [...titlesOf.values()].flat()

/** What a build says, not an address. */
export const isJob = (title: string): boolean => title.startsWith('ci.')

/** The last number of a hub comes and goes: it is there on a wide one. */
export function titlesShown(slug: string, wide: boolean): readonly string[] {
  return (titlesOf.get(slug) ?? []).filter((title) => wide || title !== `${slug}.${NUMBERS - 1}`)
}

export function documentOf(slug: string, wide: boolean, truth: Truth): unknown {
  const shown = titlesShown(slug, wide).filter((title) => !isJob(title))
  const widgets = shown.map((title) => numberWidget(truth.url(title), title))
  // Of one limit each, so that each has a key of its own.
  const jobs = Array.from({ length: slug === 'rare' ? RARE_CARDS : 1 }, (_, n) => ({
    type: 'builds',
    title: 'Builds',
    config: { repositories: [], topics: [`ci.${slug}.*`], limit: 20 + n },
    position: { x: 4, y: 4 * n, w: 8, h: 4 },
  }))
  return hubOf(`${slug} ${wide ? 'wide' : 'narrow'}`, [...widgets, ...jobs])
}
