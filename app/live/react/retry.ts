import { basePath } from '#widgets/ui/base-path.ts'

/** Asks for one more load of a widget. Resolves with a sentence for the reader when that could not be done. */
export async function retry(id: string): Promise<string | undefined> {
  const response = await fetch(`${basePath}/api/v1/widgets/${encodeURIComponent(id)}/retry`, {
    method: 'POST',
  }).catch(() => undefined)
  if (response?.ok) return undefined
  if (response?.status === 429) return 'It cannot be tried right now. Wait a little before the next try.'
  return 'The server could not be asked. Check the connection and try again.'
}
