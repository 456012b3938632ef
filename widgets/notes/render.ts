import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'

// Footnotes make ids, of which two notes on one page would have the same.
const withoutFootnotes = {
  disable: { null: ['gfmFootnoteCall', 'gfmFootnoteDefinition', 'gfmPotentialFootnoteCall'] },
}

/**
 * GitHub's Markdown as HTML that is safe on a page. micromark escapes HTML in the text and every attribute, so the tags
 * here are its own and a pattern can name them; what it would still let through (images, which load from elsewhere, and
 * links of other kinds) is taken out.
 */
export function renderMarkdown(text: string): string {
  return micromark(text, { extensions: [gfm(), withoutFootnotes], htmlExtensions: [gfmHtml()] })
    .replace(/<img src="[^"]*" alt="([^"]*)"(?: title="[^"]*")? \/>/g, '$1')
    .replace(/<a href="([^"]*)"/g, (_, href: string) => opening(href))
    .replace(/<(\/?)h([1-6])>/g, (_, slash: string, level: string) => `<${slash}h${below(Number(level))}>`)
}

function opening(href: string): string {
  if (/^https?:/i.test(href)) return `<a href="${href}" target="_blank" rel="noopener noreferrer"`
  return /^mailto:/i.test(href) ? `<a href="${href}"` : '<a'
}

/** The page's title is h1 and a card's h2, so headings inside begin at h3. */
function below(level: number): number {
  return Math.min(level + 2, 6)
}
