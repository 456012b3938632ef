/** DEL, the C1 controls (a terminal takes U+009B for ESC [), line separators, and what turns the direction of text. */
const UNSEEN = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

const escaped = (character: string): string =>
  `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`

/** A line of JSON in which no character is left that a terminal, or a reader of lines, would take for a command. */
export function escapeUnseen(json: string): string {
  return json.replace(UNSEEN, escaped)
}

/** A line of JSON whose texts, once they are parsed, have no control characters but line ends and tabs. */
export function escapeControls(json: string): string {
  return escapeUnseen(json).replace(/\\(?:u[0-9a-f]{4}|[^u])/gi, (sequence) =>
    /^\\([bfr]|u00[01][0-9a-f]|u007f|u00[89][0-9a-f]|u20|u206)/i.test(sequence) ? `\\${sequence}` : sequence,
  )
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROLS = /[\u0000-\u0008\u000b-\u001f]/g

/** A text for people, in which no character is left but line ends and tabs that a terminal would take for a command. */
export function escapeText(text: string): string {
  return escapeUnseen(text.replace(CONTROLS, escaped))
}
