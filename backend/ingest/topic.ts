const TOKENS = 16
const BYTES = 255
/** What no token holds: blanks, control characters and halves of characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const unfit = /[\s\u0000-\u001f\u007f-\u009f\p{Surrogate}]/u

/** Nearly all topics, told in one pass. */
const plain = /^[!-)+\-/-=?-~]+(?:\.[!-)+\-/-=?-~]+)*$/

export type Segments = readonly string[]

/** The tokens of a topic; otherwise, as text, what is wrong with it. */
export function parseTopic(text: string): Segments | string {
  const isPlain = text.length <= BYTES && plain.test(text)
  if (!isPlain && Buffer.byteLength(text) > BYTES) return `must be at most ${BYTES} bytes`
  const tokens = text.split('.')
  if (tokens.length > TOKENS) return `must have at most ${TOKENS} tokens`
  if (isPlain) return tokens
  if (tokens.includes('')) return 'must be non-empty tokens joined by dots'
  if (unfit.test(text)) return 'must hold no blanks and no control characters'
  if (/[*>]/.test(text)) return 'must hold no * and no >'
  return tokens
}

/** As `parseTopic`; a token may also be `*`, and the last one `>`. */
export function parsePattern(text: string): Segments | string {
  const tokens = text.split('.')
  const literal = tokens.map((token, index) =>
    token === '*' || (token === '>' && index === tokens.length - 1) ? 'x' : token,
  )
  const checked = parseTopic(literal.join('.'))
  return typeof checked === 'string' ? checked : tokens
}

/** Whether every topic that `asked` matches is matched by `pattern` too. A topic is a pattern that matches itself. */
export function patternCovers(pattern: Segments, asked: Segments): boolean {
  for (const [index, token] of pattern.entries()) {
    const other = asked[index]
    if (other === undefined) return false
    if (token === '>') return true
    if (other === '>' || (token !== '*' && token !== other)) return false
  }
  return pattern.length === asked.length
}

export function matchesTopic(pattern: Segments, topic: Segments): boolean {
  return patternCovers(pattern, topic)
}
