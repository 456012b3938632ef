import { wholeCharacters } from '../kit/whole-characters.ts'
import { redact } from './redact.ts'

/** A line of at most `length` whole characters, without the secrets in it: those first, for a half of one is no less one. */
export function cut(text: string, length = 250): string {
  const line = redact(
    text
      .slice(0, 4 * length)
      .replace(/\s+/g, ' ')
      .trim(),
  )
  return wholeCharacters(line, length)
}
