import { type DataOf, type Json, LoadFailure } from '../define.ts'
import { evaluate, TooMuch } from './evaluate.ts'
import { shape } from './shape.ts'
import type { json } from './widget.ts'

type Data = DataOf<typeof json>

/** The answer of an upstream, and what is to be made of it. */
export interface Answer {
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
export async function readAnswer({ text, host, pick, as }: Answer): Promise<Data> {
  const value = parsed(text, host)
  try {
    return shape(pick === null ? value : plain(await evaluate(pick, value)), as)
  } catch (error) {
    if (error instanceof LoadFailure) throw error
    if (error instanceof TooMuch || error instanceof RangeError)
      throw new LoadFailure('refused', tooMuchWords(host))
    throw new LoadFailure(
      'upstream',
      `What this widget picks does not fit the answer of ${host}: ${told(error)}`,
    )
  }
}

function parsed(text: string, host: string): Json {
  try {
    return JSON.parse(text)
  } catch {
    throw new LoadFailure('upstream', `${host} did not answer with JSON.`)
  }
}

/** A picked value as JSON has it, without what the evaluator adds: functions, and properties of its sequences. */
function plain(value: unknown): Json | undefined {
  const text = JSON.stringify(value)
  return text === undefined ? undefined : JSON.parse(text)
}

function told(error: unknown): string {
  return String((error as { message?: unknown } | undefined)?.message ?? error).slice(0, 300)
}
