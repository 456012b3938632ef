import { z } from 'zod'
import { cloudEvent } from '#contract/cloud-event.ts'
import { BATCH_EVENTS, BATCH_LIMIT, type Reading, readCloudEvents } from '../../ingest/cloud-event.ts'
import type { HubEvent } from '../../ingest/event.ts'
import { type BodyReader, bodyOf } from './body-reader.ts'
import { ProblemError } from './problem.ts'

/** Events in any form that CloudEvents has over HTTP: structured, in headers, or a batch. */
export const cloudEventsBody: BodyReader = {
  async read({ headers, body }) {
    const bytes = await body(BATCH_LIMIT)
    return accepted(readCloudEvents({ headers, body: bytes, now: Date.now() }))
  },
  about: bodyOf({
    'application/cloudevents+json': cloudEvent,
    'application/cloudevents-batch+json': z.array(cloudEvent).max(BATCH_EVENTS),
    'application/json': {},
  }),
}

/** @throws ProblemError with every bad field. */
export function accepted(reading: Reading): readonly HubEvent[] {
  if ('events' in reading) return reading.events
  const { status, detail, errors } = reading.refusal
  throw new ProblemError(status, detail, { errors })
}
