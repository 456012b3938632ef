const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
}

const longest = 4000
const breaking = /<(?:br|\/?(?:p|div|li|ul|ol|h[1-6]|tr|td))\b[^<>]*>/gi
const markup = /<!--.*?-->|<\/?[a-z][^<>]*>/gis
const reference = /&(?:#(\d{1,7})|#x([\da-f]{1,6})|([a-z]{2,8}));/gi

/** The words at the start of a piece of HTML, as feeds put into titles; the result is text and must be shown as such. */
export function plainText(html: string): string {
  return html
    .slice(0, longest)
    .replace(breaking, ' ')
    .replace(markup, '')
    .replace(reference, (whole, decimal, hex, name) =>
      name ? (named[name] ?? whole) : character(decimal ? Number(decimal) : Number.parseInt(hex, 16)),
    )
}

function character(code: number): string {
  const valid = code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return valid ? String.fromCodePoint(code) : '\ufffd'
}

/** One line of at most `length` characters. */
export function shortened(text: string, length: number): string {
  const line = text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .trim()
  if (line.length <= length) return line
  const cut = line.slice(0, length - 1)
  return `${cut.replace(/\s+\S{0,20}$|[\ud800-\udbff]$/, '')}…`
}
