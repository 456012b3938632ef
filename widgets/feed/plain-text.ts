import { decodeHTMLStrict } from 'entities'

const longest = 4000
const breaking = /^(?:br|p|div|li|ul|ol|dl|dt|dd|h[1-6]|tr|td|th|table|blockquote|pre|hr)$/
const paired = new Set(
  `a abbr acronym address article aside audio b bdi bdo big blockquote body button canvas caption center cite code
  data dd del details dfn div dl dt em fieldset figcaption figure font footer form h1 h2 h3 h4 h5 h6 header html i
  iframe ins kbd label legend main map mark menu meter nav nobr noscript object ol optgroup option output picture pre
  progress q rp rt ruby s samp section select small span strike strong sub summary sup svg table tbody td template
  textarea tfoot th thead time tr tt u ul var video`.split(/\s+/),
)
const silent = /<(script|style)\b[^<>]*>.*?<\/\1\s*>|<!--.*?-->/gis
/** A start or end tag as HTML is written; `<animate [etc.]>` and `<String, T>` are none. */
const tag =
  /<(\/?)([a-z][a-z0-9]{0,12})((?:\s+[a-z_:@][\w:.@-]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>=]+))?)*)\s*\/?>/gi

/**
 * The words at the start of a piece of HTML, as feeds put into titles; the result is text and must be shown as such.
 * Writers of titles also mean `Vec<T>` and `<input>` as they stand, so only what HTML knows as an element, and what is
 * written as one, is taken for a tag.
 */
export function plainText(html: string): string {
  const seen = new Set(
    [...html.slice(0, 25 * longest).matchAll(/<\/?[a-z][a-z0-9]*/gi)].map(([each]) => each.toLowerCase()),
  )
  const text = html
    .slice(0, longest)
    .replace(silent, '')
    .replace(tag, (whole, slash: string, name: string, attributes: string) => {
      const lower = name.toLowerCase()
      if (!isMarkup(lower, attributes !== '' || slash !== '' || whole.endsWith('/>'), seen)) return whole
      return breaking.test(lower) ? ' ' : ''
    })
  return decodeHTMLStrict(text)
}

function isMarkup(name: string, written: boolean, seen: ReadonlySet<string>): boolean {
  // Elements without an end tag, and those whose end tag may be left out.
  if (/^(?:br|hr|wbr|p|li)$/.test(name)) return true
  if (/^(?:img|input|source|embed|link|meta)$/.test(name)) return written
  return paired.has(name) && seen.has(`<${name}`) && seen.has(`</${name}`)
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
