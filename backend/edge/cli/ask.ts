import { basePathOf } from '../../base/base-path.ts'

/** Milliseconds within which a running Hubs answers. */
const ANSWER = 30_000

export interface Answered {
  readonly ok: boolean
  readonly status: number
  readonly text: string
}

/** A path of the Hubs at `url`, which may itself stand below one. */
export const addressAt = (url: string, path: string): URL => new URL(basePathOf(url) + path, url)

/** Asks a running Hubs. @throws Error with a plain sentence when nobody answers there. */
export async function ask(url: URL, request: RequestInit): Promise<Answered> {
  try {
    const answer = await fetch(url, { ...request, signal: AbortSignal.timeout(ANSWER) })
    return { ok: answer.ok, status: answer.status, text: await answer.text() }
  } catch (error) {
    throw new Error(`No Hubs answers at ${url.origin}: is it running there?`, { cause: error })
  }
}

/** Why it refused: the sentence of a problem document; of anything else, such as a proxy's page, the beginning. */
export function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { detail?: unknown }
    if (typeof detail === 'string') return detail
  } catch {
    // Not one of our problem documents: shown as it is.
  }
  return text.slice(0, 200)
}
