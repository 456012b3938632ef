/** What would end, join or widen a token, `%`, which announces an escape, and halves of characters, which no wire carries. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unsafe = /[%.*>\s\u0000-\u001f\u007f-\u009f\p{Surrogate}]/gu

/**
 * One token of a topic made of any text: lower-cased, `%`, `.`, `*`, `>`, blanks and control characters
 * percent-encoded as UTF-8; nothing at all becomes `-`. `Acme.io` gives `acme%2Eio`.
 */
export function topicSegment(part: string | number | null | undefined): string {
  const text = part === null || part === undefined ? '' : String(part)
  return text === '' ? '-' : text.toLowerCase().replace(unsafe, escaped)
}

function escaped(character: string): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(character)) {
    bytes += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return bytes
}
