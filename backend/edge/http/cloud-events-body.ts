import { z } from 'zod'
import { cloudEvent } from '#contract/cloud-event.ts'
import { isRefusal } from '../../base/refusal.ts'
import { BATCH_EVENTS, BATCH_LIMIT, readCloudEvents } from '../../ingest/cloud-event.ts'
import { type BodyReader, bodyOf } from './body-reader.ts'
import { problemOf } from './problem.ts'

/** Events in any form that CloudEvents has over HTTP: structured, in headers, or a batch. */
export const cloudEventsBody: BodyReader = {
  async read({ headers, body }) {
    const bytes = await body(BATCH_LIMIT)
    const reading = readCloudEvents({ headers, body: bytes, now: Date.now() })
    if (isRefusal(reading)) throw problemOf(reading)
    return reading.events
  },
  about: bodyOf({
    'application/cloudevents+json': cloudEvent,
    'application/cloudevents-batch+json': z.array(cloudEvent).max(BATCH_EVENTS),
    'application/json': {},
  }),
}
