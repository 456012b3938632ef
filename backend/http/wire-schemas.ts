import { z } from 'zod'
import type { Json } from '#widgets/define.ts'
import { hubDocument } from '../hubs/document.ts'
import type {
  Explanation,
  HubSummary,
  HubView,
  HubWidget,
  KeyedData,
  Problem,
  Snapshot,
  Status,
  StreamEvents,
  WidgetSnapshot,
  WidgetTypeView,
  WireError,
} from '../wire.ts'

// What wire.ts says, once more as schemas that a program can read: `satisfies` keeps the two from differing.

// Any JSON; `z.json()` would be a recursion that no program needs to read.
const json = z.custom<Json>()
const version = z
  .string()
  .regex(/^\d+:\d+$/)
  .meta({ description: 'epoch:offset, compared as a pair and only within one key' })
const time = z.number().meta({ description: 'Milliseconds since 1970, by the cache’s clock' })
const cursor = z.string().meta({ description: 'Opaque' })
const key = z.string().meta({ description: 'Opaque; widgets with one key show one result' })
const schema = z.string().meta({ description: 'type@version' })

const status = z.enum([
  ...['loading', 'fresh', 'refreshing', 'stale'],
  ...['failed', 'unavailable', 'empty'],
] as [Status, ...Status[]])

const error = z.object({
  code: z.string(),
  message: z.string(),
  reference: z.string().meta({ description: 'Found in the log' }),
}) satisfies z.ZodType<WireError>

const state = {
  key,
  version,
  schema,
  status,
  loadedAt: time.nullable(),
  checkedAt: time.nullable(),
  error: error.exactOptional(),
  cause: z
    .array(z.string())
    .exactOptional()
    .meta({ description: 'Ids of the events behind the data, newest last' }),
  topic: z.string().exactOptional().meta({ description: 'Topic of the newest of them' }),
}

const widgetSnapshot = z.object({
  ...state,
  type: z.string(),
  data: json,
}) satisfies z.ZodType<WidgetSnapshot>

const snapshot = z.object({
  cursor,
  now: time,
  through: time.meta({
    description: 'Every event up to here is in the data, or shown as being loaded; 0: unknown',
  }),
  revision: z.number(),
  widgets: z.record(z.string(), widgetSnapshot),
}) satisfies z.ZodType<Snapshot>

const hubWidget = z.object({
  id: z.string(),
  type: z.string(),
  title: z.string(),
  config: json,
  position: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  key: key.exactOptional(),
  schema: schema.exactOptional(),
  problem: error.exactOptional(),
  hideWhenEmpty: z.literal(true).exactOptional(),
}) satisfies z.ZodType<HubWidget>

const hubView = z.object({
  slug: z.string(),
  title: z.string(),
  summary: z.string(),
  visibility: z.literal('public'),
  embedOrigins: z.array(z.string()),
  revision: z.number(),
  widgets: z.array(hubWidget),
}) satisfies z.ZodType<HubView>

const hubSummary = z.object({
  slug: z.string(),
  title: z.string(),
  summary: z.string(),
  widgets: z.number(),
  revision: z.number(),
}) satisfies z.ZodType<HubSummary>

const widgetTypeView = z.object({
  type: z.string(),
  title: z.string(),
  description: z.string(),
  available: z.boolean(),
  remedy: z.string().exactOptional().meta({ description: 'What to set or install when it is not available' }),
  configSchema: json.meta({ description: 'JSON Schema of its config' }),
  sampleConfig: json,
}) satisfies z.ZodType<WidgetTypeView>

const problem = z.object({
  type: z.literal('about:blank'),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  errors: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .exactOptional()
    .meta({ description: 'Each bad field, by JSON pointer or name' }),
}) satisfies z.ZodType<Problem>

const keyedData = z.object({ key, version, data: json }) satisfies z.ZodType<KeyedData>

const scalar = z.union([z.string(), z.number(), z.boolean()])
const explanation = z.object({
  ...{ id: z.string(), type: z.string(), key, version, status, now: time },
  interests: z.array(z.object({ topic: z.string(), where: z.record(z.string(), scalar).exactOptional() })),
  freshness: z.object({
    ...{ fresh: z.boolean(), required: z.number(), built: z.number(), maxAge: z.number() },
    ...{ loadedAt: time.nullable(), checkedAt: time.nullable(), dueAt: time.nullable() },
  }),
  cause: z.array(z.object({ id: z.string(), topic: z.string() })),
  audited: z
    .literal(true)
    .exactOptional()
    .meta({ description: 'An audit found what no event had announced' }),
  loads: z.array(
    z.object({
      ...{ startedAt: time, endedAt: time, outcome: z.enum(['changed', 'confirmed', 'failed']) },
      notes: z.array(z.string()).exactOptional().meta({
        description: 'What the loader says of its result: what it passed over, corrected or left out',
      }),
    }),
  ),
  events: z.array(
    z.object({
      ...{ id: z.string(), source: z.string(), topic: z.string() },
      ...{ time, receivedAt: time },
      saidTime: time
        .exactOptional()
        .meta({ description: 'What its producer said, when that cannot be: then time is receivedAt' }),
    }),
  ),
  error: error.exactOptional(),
}) satisfies z.ZodType<Explanation>

const streamEvents = z
  .object({
    hello: z.object({
      ...{ cursor, heartbeat: z.number(), now: time, through: time, build: z.string() },
      hubs: z.record(z.string(), z.number()),
      keys: z.record(z.string(), z.record(z.string(), z.string())).exactOptional(),
    }),
    widget: z.object({
      ...state,
      id: z.string(),
      data: json.exactOptional(),
      href: z.string().exactOptional(),
    }),
    resync: z.object({ widgets: z.record(z.string(), z.object({ key, version })) }),
    layout: z.object({ hub: z.string(), revision: z.number(), keys: z.record(z.string(), z.string()) }),
    gone: z.union([z.object({ hub: z.string() }), z.object({ id: z.string() })]),
    beat: z.object({ now: time, through: time }),
    bye: z.object({}),
  })
  .meta({ description: 'Data of the events of the stream, by event name' }) satisfies z.ZodType<StreamEvents>

const cloudEvent = z
  .looseObject({
    specversion: z.literal('1.0'),
    id: z.string(),
    source: z.string(),
    type: z.string(),
    topic: z
      .string()
      .optional()
      .meta({ description: '1 to 16 tokens joined by dots; without it, `type` is the topic' }),
    subject: z.string().optional(),
    time: z.string().optional(),
    datacontenttype: z.string().optional(),
    data: json.optional(),
    data_base64: z.string().optional(),
  })
  .meta({ description: 'CloudEvents 1.0, at most 256 KiB; the same source and id within 24 h act once' })

/** By the names they have in the OpenAPI document. */
export const wireSchemas = {
  HubDocument: hubDocument,
  HubView: hubView,
  HubSummary: hubSummary,
  Snapshot: snapshot,
  WidgetSnapshot: widgetSnapshot.extend({ id: z.string() }),
  WidgetTypeView: widgetTypeView,
  Explanation: explanation,
  KeyedData: keyedData,
  CloudEvent: cloudEvent,
  StreamEvents: streamEvents,
  Problem: problem,
} satisfies Record<string, z.ZodType>
