import { type DataOf, LoadFailure } from '../define.ts'
import { evaluate, TooMuch } from './evaluate.ts'
import { parseJson } from './parse-json.ts'
import { shape } from './shape.ts'
import type { json } from './widget.ts'

type Data = DataOf<typeof json>

/** The answer of an upstream, and what is to be made of it. */
export interface JsonAnswer {
  readonly text: string
  /** Where it is from, for people. */
  readonly host: string
  readonly pick: string | null
  readonly as: Data['as'] | null
}

export const tooMuchWords = (host: string): string =>
  `What this widget picks from the answer of ${host} takes more time or room than it may.`

/**
 * From the text of an answer to what the card shows.
 * @throws LoadFailure
 */
export async function readAnswer({ text, host, pick, as }: JsonAnswer): Promise<Data> {
  try {
    if (pick === null) return shape(parseJson(text, 'texts').value, as, false)
    const { value, many } = await evaluate(pick, text)
    return shape(value, as, many)
  } catch (error) {
    if (error instanceof LoadFailure) throw error
    if (error instanceof SyntaxError) throw new LoadFailure('upstream', `${host} did not answer with JSON.`)
    if (error instanceof TooMuch || error instanceof RangeError)
      throw new LoadFailure('refused', tooMuchWords(host))
    throw new LoadFailure(
      'upstream',
      `What this widget picks does not fit the answer of ${host}: ${told(error)}`,
    )
  }
}

function told(error: unknown): string {
  return String((error as { message?: unknown } | undefined)?.message ?? error).slice(0, 300)
}
