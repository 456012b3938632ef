import { type DataOf, type Json, LoadFailure } from '../define.ts'
import { parseJson } from './parse-json.ts'
import { follow, pathOf } from './path.ts'
import type { JsonAnswer } from './read-answer.ts'
import { shape } from './shape.ts'
import type { json } from './widget.ts'

/** Characters of an answer that is read at once: the worst of them take a millisecond, and a process 80 to start. */
const SMALL = 16 * 1024
/** Levels of lists and objects in one another. */
const DEEPEST = 32

/**
 * What `readAnswer` would give, at once, where the answer is small and nothing is to be evaluated; nothing of any other.
 * @throws LoadFailure as that does.
 */
export function readPlain({ text, pick, as }: JsonAnswer): DataOf<typeof json> | undefined {
  const path = pick === null ? [] : pathOf(pick)
  if (path === undefined || text.length > SMALL) return undefined
  try {
    const value = parseJson(text, 'texts').value
    const picked = isDeeper(value, DEEPEST) ? undefined : follow(path, value)
    return picked && shape(picked.value, as, pick !== null && picked.many)
  } catch (error) {
    if (error instanceof LoadFailure) throw error
    // Whatever it is, words are found for it where it is read again.
    return undefined
  }
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner as Json, levels - 1))
}
