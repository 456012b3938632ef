import { createRequire } from 'node:module'
import type { LoggedEvent } from '#widgets/define.ts'
import { topicToken } from '#widgets/kit/topic-token.ts'
import { projectGitHub } from './projection.ts'

interface Payload {
  readonly [field: string]: unknown
  readonly action?: string
  readonly repository?: { readonly full_name: string }
}
type Examples = readonly { readonly name: string; readonly examples: readonly Payload[] }[]

// The package is CommonJS with its examples as JSON.
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as Examples

const noon = Date.UTC(2026, 0, 15, 12)

/** GitHub's own examples of these deliveries (all without names) as the event log holds them. */
export function githubExamples(...names: string[]): LoggedEvent[] {
  return examples
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .flatMap(({ name, examples: payloads }) =>
      payloads.map((payload, index) => githubEvent(name, payload, { id: `${name}-${index}` })),
    )
}

/** A delivery as the event log holds it. */
export function githubEvent(
  name: string,
  payload: Payload,
  envelope: Partial<LoggedEvent> & { readonly id: string },
): LoggedEvent {
  const [owner, repository] = payload.repository?.full_name.split('/') ?? []
  return {
    source: `https://github.com/${payload.repository?.full_name ?? ''}`,
    type: `com.github.${name}.${payload.action ?? '-'}`,
    topic: ['github', ...[owner, repository, name, payload.action].map(topicToken)].join('.'),
    time: noon,
    receivedAt: noon,
    data: projectGitHub(name, payload),
    ...envelope,
  }
}
