import { sign } from '@octokit/webhooks-methods'

/** The headers GitHub posts a body with, signed with `secret`. */
export async function signedHeaders(
  secret: string,
  { id, event, body }: { readonly id: string; readonly event: string; readonly body: string },
): Promise<Record<string, string>> {
  return {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': await sign(secret, body),
  }
}
