import type { LoggedEvent } from '#widgets/define.ts'
import { examplePayloads, type Payload } from './examples.ts'
import { projectDelivery } from './projection.ts'
import { topicOf } from './topics.ts'

const noon = Date.UTC(2026, 0, 15, 12)

/** GitHub's own examples of these deliveries (all without names) as the event log holds them. */
export function loggedExamples(...names: string[]): LoggedEvent[] {
  return [...examplePayloads()]
    .filter(([name]) => names.length === 0 || names.includes(name))
    .flatMap(([name, payloads]) =>
      payloads.map((payload, index) => loggedDelivery(name, payload, { id: `${name}-${index}` })),
    )
}

/** A delivery as the event log holds it. */
export function loggedDelivery(
  event: string,
  payload: Payload,
  envelope: Partial<LoggedEvent> & { readonly id: string },
): LoggedEvent {
  const { action } = payload
  const [owner, repository] = payload.repository?.full_name.split('/') ?? []
  return {
    source: `https://github.com/${payload.repository?.full_name ?? ''}`,
    type: `com.github.${event}.${action ?? '-'}`,
    topic: topicOf({ owner, repository, event, action }),
    time: noon,
    receivedAt: noon,
    data: projectDelivery(event, payload),
    ...envelope,
  }
}
