import { api, isRefused } from '../../api.ts'

/** Asks for one more load of a widget. Resolves with a sentence for the reader when that could not be done. */
export async function retry(id: string): Promise<string | undefined> {
  try {
    await api('POST /api/v1/widgets/:id/retry', { id })
    return undefined
  } catch (error) {
    return isRefused(error) && error.status === 429
      ? 'It cannot be tried right now. Wait a little before the next try.'
      : 'The server could not be asked. Check the connection and try again.'
  }
}
