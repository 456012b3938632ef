import { z } from 'zod'
import { type Publication, publication } from '#contract/publication.ts'
import type { Actor } from '../access/actor.ts'
import { type Refusal, refusal } from '../base/refusal.ts'
import { type HubEvent, PUBLISHER } from '../ingest/event.ts'
import type { Publish } from '../ingest/publish.ts'
import { type Done, operation } from './operation.ts'
import type { PublishRate } from './publish-rate.ts'

export function eventOperations({
  publish,
  rate,
}: {
  readonly publish: Publish
  readonly rate: PublishRate
}) {
  const put = operation({
    method: 'POST',
    path: '/api/v1/events',
    right: 'publish',
    summary: 'Publish CloudEvents',
    // What an event must be is told where CloudEvents are read, in any of their forms.
    input: z.object({ events: z.array(z.custom<HubEvent>()) }),
    body: 'events',
    output: publication,
    answers: { 202: 'Safely on the bus; duplicates are ids that were there already' },
    async run(actor, { events }) {
      const refused = forbidden(actor, events) ?? (await rate.take(actor.token, events.length))
      if (refused) return refused
      return publishAll(
        publish,
        events.map((event) => ({
          ...event,
          extensions: { ...event.extensions, [PUBLISHER]: actor.token },
        })),
      )
    },
  })
  return [put] as const
}

/** Puts events on the bus, whoever they are from. */
export async function publishAll(
  publish: Publish,
  events: readonly HubEvent[],
): Promise<Done<Publication> | Refusal> {
  const outcomes = await publish(events)
  const conflicts = [...events.entries()].filter(([index]) => outcomes[index] === 'conflict')
  if (conflicts.length > 0) return conflict(conflicts, events.length)
  const duplicates = events.filter((_, index) => outcomes[index] === 'duplicate').map(({ id }) => id)
  return {
    output: { ids: events.map(({ id }) => id), ...(duplicates.length > 0 ? { duplicates } : {}) },
  }
}

/** Names the topics, or sources, and the scopes the token lacks for them. */
function forbidden(actor: Actor, events: readonly HubEvent[]): Refusal | undefined {
  const errors = [...events.entries()].flatMap(([index, event]) => {
    const scope = actor.lacks(event)
    const message = `“${event.topic}” from “${event.source}” takes a token with the scope ${scope}`
    return scope === undefined ? [] : { field: events.length > 1 ? `/${index}/topic` : '/topic', message }
  })
  const [first] = errors
  return first && refusal('forbidden', `Nothing was accepted. ${first.message}.`, { errors })
}

/** The others of a batch are on the bus by then: sent again they are duplicates. */
function conflict(conflicts: readonly (readonly [number, HubEvent])[], of: number): Refusal {
  const [first] = conflicts
  const who = conflicts.length > 1 ? `${conflicts.length} events` : `The event ${named(first?.[1])}`
  const rest = of > conflicts.length ? ` The other ${of - conflicts.length} of the batch were accepted.` : ''
  return refusal(
    'conflict',
    `${who} came with a source and id that another event had within 24 hours; that one stays. Give each event an id of its own.${rest}`,
    {
      errors: conflicts.map(([index, event]) => ({
        field: of > 1 ? `/${index}/id` : '/id',
        message: `${named(event)} is another event's already`,
      })),
    },
  )
}

const named = (event: HubEvent | undefined): string => `“${event?.id}” of “${event?.source}”`
