import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

// Footnotes make ids, of which two notes on one page would have the same.
const footnotes = ['gfmFootnoteCall', 'gfmFootnoteDefinition', 'gfmPotentialFootnoteCall']
const options = { extensions: [gfm(), { disable: { null: footnotes } }], htmlExtensions: [gfmHtml()] }

/**
 * GitHub's Markdown as HTML that is safe on a page. micromark escapes HTML in the text and every attribute, so the tags
 * here are its own and a pattern can name them; what it would still let through (images, which load from elsewhere, and
 * links of other kinds) is taken out. Time grows with the square of what is nested, so long texts are for the sandbox.
 */
export function markdown(text: string): string {
  const html = micromark(text, options)
    .replace(/<img src="[^"]*" alt="([^"]*)"(?: title="[^"]*")? \/>/g, '$1')
    .replace(/<a href="([^"]*)"/g, (_, href: string) => opening(href))
    .replace(/<input type="checkbox"([^>]*)>/g, (_, rest: string) => checkbox(rest))
  return levelled(html)
}

/** Without a label of its own a screen reader says “checkbox” and no more. */
function checkbox(rest: string): string {
  return `<input type="checkbox" aria-label="${rest.includes('checked') ? 'done' : 'to do'}"${rest}>`
}

function opening(href: string): string {
  if (/^https?:/i.test(href)) return `<a href="${href}" target="_blank" rel="noopener noreferrer"`
  return /^mailto:/i.test(href) ? `<a href="${href}"` : '<a'
}

/** The page's title is h1 and a card's h2: the levels a note uses become h3 and on, without a gap. */
function levelled(html: string): string {
  const heading = /<(\/?)h([1-6])>/g
  const used = [...new Set([...html.matchAll(heading)].map(([, , level]) => level))].sort()
  return html.replace(
    heading,
    (_, slash: string, level: string) => `<${slash}h${Math.min(3 + used.indexOf(level), 6)}>`,
  )
}
