import { hash } from 'node:crypto'
import { verify } from '@octokit/webhooks-methods'
import { z } from 'zod'
import { contentType, readJson, utf8 } from '#backend/base/content.ts'
import type { Post } from '#backend/base/post.ts'
import { refusal } from '#backend/base/refusal.ts'
import type { Json } from '#widgets/define.ts'
import type { SourceEvent, WebhookDoor } from '../define.ts'
import { header } from '../header.ts'
import { isJsonObject, type JsonObject } from '../shape.ts'
import { fitsEvent } from './fits-event.ts'
import { asGitHub } from './gitea.ts'
import { eventName, headerFault } from './headers.ts'
import { projectDelivery } from './projection.ts'
import { deliveryTime } from './time.ts'
import { topicOf } from './topics.ts'

const GITHUB = 'https://github.com'

const asGitHubSends = z.string().meta({ description: 'As GitHub sends it' })

export const door: WebhookDoor = {
  secret: 'GITHUB_WEBHOOK_SECRET',
  // GitHub's own bound.
  limit: 25 * 1024 * 1024,
  summary: 'GitHub webhook deliveries, signed with GITHUB_WEBHOOK_SECRET',
  headers: {
    'X-GitHub-Event': asGitHubSends,
    'X-GitHub-Delivery': asGitHubSends,
    'X-Hub-Signature-256': asGitHubSends,
  },
  headerFault,
  read,
}

async function read(secret: string, { headers, body, now }: Post): ReturnType<WebhookDoor['read']> {
  const signature = header(headers, 'x-hub-signature-256')
  // What is signed is text, and bytes that are none of UTF-8 could stand for others.
  const signedText = utf8(body)
  if (signature === undefined || !signedText || !(await verify(secret, signedText, signature))) {
    return refusal(
      'unproven',
      'The signature in X-Hub-Signature-256 is not that of this body with our webhook secret.',
    )
  }
  const name = eventName(headers)
  if (name === undefined) {
    return refusal('malformed', 'GitHub names the event in a header.', {
      errors: [{ field: 'x-github-event', message: 'is missing' }],
    })
  }
  const sent = readPayload(header(headers, 'content-type'), body, signedText)
  if (!sent) return refusal('malformed', 'The payload is no JSON object.')
  const isGitea = headers['x-gitea-event'] !== undefined
  const { event, payload } = isGitea ? asGitHub(name, sent) : { event: name, payload: sent }
  if (!fitsEvent(event, payload)) {
    return refusal('malformed', `The payload is not that of the event ${event}.`, {
      errors: [{ field: 'x-github-event', message: 'is not what the signed payload is' }],
    })
  }

  const { owner, repository, address } = place(payload)
  if (isGitea && address.startsWith(`${GITHUB}/`)) {
    return refusal(
      'malformed',
      'The delivery does not tell which server it is of, and cannot be named as an event.',
    )
  }
  const action = typeof payload.action === 'string' && payload.action !== '' ? payload.action : undefined
  const delivered: SourceEvent = {
    // Of what is signed, and not X-GitHub-Delivery, which anybody who caught a delivery can change.
    id: hash('sha256', body, 'base64url'),
    source: address,
    type: `com.github.${[event, ...(action === undefined ? [] : [action])].join('.')}`,
    topic: topicOf({ owner, repository, event, action }),
    time: Math.min(deliveryTime(event, payload) ?? now, now),
    data: projectDelivery(event, payload) as unknown as Json,
  }
  return { events: [delivered] }
}

/**
 * GitHub sends JSON, or a form with JSON in its one field `payload`, as the webhook is set up. The type is not signed, so
 * a form is one by its text too: what is quoted in a JSON body must not be taken for a field.
 */
function readPayload(type: string | undefined, body: Uint8Array, text: string): JsonObject | undefined {
  const isForm = contentType(type).mediaType === 'application/x-www-form-urlencoded'
  const fields = new URLSearchParams(isForm && text.startsWith('payload=') ? text : '')
  const json = isForm ? readJson(Buffer.from(fields.get('payload') ?? '')) : readJson(body)
  return isJsonObject(json?.value) ? json.value : undefined
}

interface Place {
  readonly owner: string | undefined
  readonly repository: string | undefined
  readonly address: string
}

/** Of the repository; of the organisation when there is none. */
function place({ repository, organization, sender }: JsonObject): Place {
  const [owner, name] = isJsonObject(repository) ? (textOf(repository.full_name)?.split('/') ?? []) : []
  if (owner && name) {
    return { owner, repository: name, address: pageOf(repository) ?? `${GITHUB}/${owner}/${name}` }
  }
  const login = isJsonObject(organization) ? textOf(organization.login) : undefined
  // A server of one's own is told by who sends.
  const page = pageOf(sender)
  const origin = page === undefined ? GITHUB : new URL(page).origin
  return { owner: login, repository: undefined, address: `${origin}/${login ?? ''}` }
}

function pageOf(thing: unknown): string | undefined {
  const page = isJsonObject(thing) ? textOf(thing.html_url) : undefined
  return page && /^https?:\/\/\S{1,500}$/.test(page) && URL.canParse(page) ? page : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
