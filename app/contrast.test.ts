import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const css = await readFile(new URL('./globals.css', import.meta.url), 'utf8')
const tokens = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map((found) => [
    found[1] ?? '',
    { light: found[2] ?? '', dark: found[3] ?? '' },
  ]),
)

const grounds = ['page', 'surface', 'raised', 'sunken']
const washes = ['accent-wash', 'good-wash', 'bad-wash', 'warn-wash', 'busy-wash']
const tones = ['accent', 'good', 'bad', 'warn', 'busy']
const signs = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `sign-${name}`)
const read = [
  ...[...grounds, ...washes].flatMap((ground) => [
    ['ink', ground],
    ['soft', ground],
  ]),
  ...[...grounds, 'bad-wash', 'warn-wash'].map((ground) => ['muted', ground]),
  ...tones.flatMap((tone) => [...grounds, `${tone}-wash`].map((ground) => [tone, ground])),
  ['on-accent', 'accent'],
  ...signs.map((sign) => [sign, `${sign}-wash`]),
]
/** Borders of controls and the focus mark: seen, not read. */
const seen = [
  ['edge', 'page'],
  ['edge', 'surface'],
  ['edge', 'raised'],
]
const themes = ['light', 'dark'] as const

test('every colour token says its value by day and by night', () => {
  const names = [...css.matchAll(/^ {2}--([a-z-]+): light-dark/gm)].map((found) => found[1])
  expect([...tokens.keys()]).toEqual(names)
  for (const name of new Set([...read, ...seen].flat())) expect(tokens.has(name), name).toBe(true)
})

test.each(themes)('text reads at 4.5:1 or more in the %s theme', (theme) => {
  expect(below(read, theme, 4.5)).toEqual([])
})

test.each(themes)('controls stand out at 3:1 or more in the %s theme', (theme) => {
  expect(below(seen, theme, 3)).toEqual([])
})

test('contrast is computed as WCAG 2.2 does', () => {
  expect(contrast('#000000', '#ffffff')).toBe(21)
  expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2)
})

function below(
  pairs: readonly (readonly string[])[],
  theme: (typeof themes)[number],
  least: number,
): string[] {
  return pairs.flatMap(([front = '', back = '']) => {
    const ratio = contrast(tokens.get(front)?.[theme] ?? '', tokens.get(back)?.[theme] ?? '')
    return ratio >= least ? [] : [`${front} on ${back}: ${ratio.toFixed(2)}`]
  })
}

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (lighter + 0.05) / (darker + 0.05)
}

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
