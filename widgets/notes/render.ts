import { createRequire } from 'node:module'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { LoadFailure } from '../define.ts'
import { openThread } from '../thread.ts'

const require = createRequire(import.meta.url)

// Footnotes make ids, of which two notes on one page would have the same.
const footnotes = ['gfmFootnoteCall', 'gfmFootnoteDefinition', 'gfmPotentialFootnoteCall']
const options = { extensions: [gfm(), { disable: { null: footnotes } }], htmlExtensions: [gfmHtml()] }

/**
 * Characters of text that is rendered at once. The worst of it takes micromark some 20 ms, no more than a thread takes
 * to start, but the time grows with the square of the length: 20 KB of nested emphasis take seconds.
 */
const SHORT = 1024

const thread = openThread<string, string>({
  packages: {
    micromark: require.resolve('micromark'),
    'micromark-extension-gfm': require.resolve('micromark-extension-gfm'),
  },
  code: `
    const [{ micromark }, { gfm, gfmHtml }] = await Promise.all([load('micromark'), load('micromark-extension-gfm')])
    const disable = { null: ${JSON.stringify(footnotes)} }
    const options = { extensions: [gfm(), { disable }], htmlExtensions: [gfmHtml()] }
    const answer = (text) => micromark(text, options)`,
  patience: 1500,
})

/**
 * GitHub's Markdown as HTML that is safe on a page. micromark escapes HTML in the text and every attribute, so the tags
 * here are its own and a pattern can name them; what it would still let through (images, which load from elsewhere, and
 * links of other kinds) is taken out.
 * @throws LoadFailure `refused` when it takes too long; the reason of `signal`.
 */
export async function renderMarkdown(text: string, signal: AbortSignal): Promise<string> {
  const made = text.length <= SHORT ? micromark(text, options) : await thread.ask(text, signal)
  if (made === undefined) {
    throw new LoadFailure(
      'refused',
      'This Markdown takes more time to lay out than it may. Write it with less that is nested in one another.',
    )
  }
  const html = made
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
