import type { IncomingHttpHeaders } from 'node:http'
import { contentType } from '#backend/base/content.ts'
import { type Refusal, refusal } from '#backend/base/refusal.ts'

const bodies = new Set(['application/json', 'application/x-www-form-urlencoded'])

/** Forges whose deliveries are not read here, by a header that only they send. */
const others: readonly (readonly [header: string, forge: string])[] = [
  ['x-gitlab-event', 'GitLab'],
  ['x-event-key', 'Bitbucket'],
  ['x-gitee-event', 'Gitee'],
  ['x-vss-subscriptionid', 'Azure DevOps'],
]

/** The event that a delivery is of. Gitea and Forgejo name some, such as packages and commit statuses, by their type alone. */
export function eventName(headers: IncomingHttpHeaders): string | undefined {
  const name = headers['x-github-event'] || headers['x-github-event-type']
  return typeof name === 'string' && name !== '' ? name : undefined
}

/** What is wrong with a webhook delivery as its headers tell, before any of its body is read. */
export function headerFault(headers: IncomingHttpHeaders): Refusal | undefined {
  const [, forge] = others.find(([header]) => headers[header] !== undefined) ?? []
  if (forge !== undefined) {
    return refusal(
      'unproven',
      `This is the door of GitHub, Gitea and Forgejo. ${forge} does not sign as they do: let its pipelines publish to /api/v1/events with a token.`,
    )
  }
  if (!/^sha256=[0-9a-f]{64}$/i.test(String(headers['x-hub-signature-256'] ?? '')))
    return refusal(
      'unproven',
      'GitHub signs its deliveries in X-Hub-Signature-256: set our webhook secret there.',
    )
  if (eventName(headers) === undefined) {
    return refusal('malformed', 'GitHub names the event in a header.', {
      errors: [{ field: 'x-github-event', message: 'is missing' }],
    })
  }
  const { mediaType } = contentType(headers['content-type'])
  if (!bodies.has(mediaType))
    return refusal('media-type', 'GitHub sends application/json, or a form with a payload.')
  // Unsigned, a few bytes of it would cost us megabytes.
  const encoding = String(headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase()
  if (encoding !== '' && encoding !== 'identity')
    return refusal(
      'media-type',
      'GitHub packs no deliveries: send the body as it is, without Content-Encoding.',
    )
  return undefined
}
