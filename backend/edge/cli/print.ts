import { escapeText } from '../../base/control-characters.ts'

/** Names of files, titles and messages of parsers hold what others wrote, which must not steer the terminal. */
export function print(text: string): void {
  console.log(escapeText(text))
}

/** What is no answer, but about it. */
export function complain(text: string): void {
  console.error(escapeText(text))
}
