import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { isLinkTarget } from '../kit/link-target.ts'

const options = {
  extensions: [gfm()],
  // As a heading its label would count among the levels of the note.
  htmlExtensions: [gfmHtml({ labelTagName: 'p' })],
}

/**
 * GitHub's Markdown as HTML that is safe on a page. micromark escapes HTML in the text and every attribute, so the tags
 * here are its own and a pattern can name them; what it would still let through (images from where they are not
 * encrypted, and links of other kinds) is taken out. Time grows with the square of what is nested, so long texts are for
 * the sandbox. The ids of footnotes begin as `footnotes.ts` says.
 */
export function markdown(text: string): string {
  const html = micromark(text, options)
    .replace(/<img src="([^"]*)" alt="([^"]*)"((?: title="[^"]*")?) \/>/g, (_, src, alt, title) =>
      image(src, alt, title),
    )
    .replace(/<input type="checkbox"([^>]*)>/g, (_, rest: string) => checkbox(rest))
  return levelled(linked(html))
}

/** Without a label of its own a screen reader says “checkbox” and no more. */
function checkbox(rest: string): string {
  return `<input type="checkbox" aria-label="${rest.includes('checked') ? 'done' : 'to do'}"${rest}>`
}

/** Seen only when scrolled to, and asked for without saying from which page. Any other is its description. */
function image(src: string, alt: string, title: string): string {
  if (!/^https:\/\//i.test(src)) return alt
  return `<img src="${src}" alt="${alt}"${title} loading="lazy" decoding="async" referrerpolicy="no-referrer" />`
}

/** Links as what they lead to allows; what cannot be one is its text. */
function linked(html: string): string {
  const open: boolean[] = []
  return html.replace(/<a href="([^"]*)"([^>]*)>|<\/a>/g, (_, href: string | undefined, rest: string) => {
    if (href === undefined) return open.pop() ? '</a>' : ''
    // A footnote may stand in the text of a link, and a link in a link is none.
    const attributes = open.includes(true) ? undefined : leading(href)
    open.push(attributes !== undefined)
    return attributes === undefined ? '' : `<a href="${href}"${attributes}${rest}>`
  })
}

/** What a link says besides where it leads; nothing for what is no link. */
function leading(href: string): string | undefined {
  // To a footnote and back.
  if (href.startsWith('#user-content-fn')) return ''
  if (!isLinkTarget(href.replaceAll('&amp;', '&'))) return undefined
  if (/^mailto:/i.test(href)) return ''
  // Within a frame elsewhere, our own pages may only open outside it.
  return href.startsWith('/') ? ' target="_top"' : ' target="_blank" rel="noopener noreferrer"'
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
