import { z } from 'zod'
import { cloudEvent } from '#contract/cloud-event.ts'
import { explanation } from '#contract/explanation.ts'
import { hubSummary, hubView } from '#contract/hub.ts'
import { problem } from '#contract/problem.ts'
import { keyedData, snapshot, widgetSnapshot } from '#contract/snapshot.ts'
import { streamEvents } from '#contract/stream-events.ts'
import { widgetTypeView } from '#contract/widget-type-view.ts'
import { hubDocument } from '../hubs/document.ts'
import { MAX_PAGE } from './hubs.ts'
import type { Route } from './route.ts'

/** By the names they have in the document. */
const named = {
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

type SchemaName = keyof typeof named

const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` })
const json = (schema: object, description: string, headers?: object) => ({
  description,
  ...(headers ? { headers } : {}),
  content: { 'application/json': { schema } },
})
const one = (name: SchemaName, description: string, headers?: object) => json(ref(name), description, headers)
const listOf = (field: string, name: SchemaName, description: string, more: object = {}) =>
  json(
    {
      type: 'object',
      required: [field],
      properties: { [field]: { type: 'array', items: ref(name) }, ...more },
    },
    description,
  )
const text = { type: 'string' }
const path = (name: string) => ({ name, in: 'path', required: true, schema: text })
const query = (name: string, schema: object, description: string) => ({
  name,
  in: 'query',
  schema,
  description,
})
const header = (name: string, description: string) => ({ name, in: 'header', schema: text, description })

const etag = { ETag: { schema: text, description: 'The revision, for If-Match' } }
const ifMatch = header('If-Match', 'Revisions that may be changed; any other is refused with 412')
const scoped = (scope: string) => ({
  security: [{ token: [] }],
  description: `Takes a token with the scope ${scope}.`,
})
const refused = {
  default: {
    description: 'Refused: an RFC 9457 problem document',
    content: { 'application/problem+json': { schema: ref('Problem') } },
  },
}
const accepted = json(
  {
    type: 'object',
    required: ['ids'],
    properties: { ids: { type: 'array', items: text }, duplicates: { type: 'array', items: text } },
  },
  'Safely on the bus; duplicates are ids that were there already',
)
const deadLetter = {
  type: 'object',
  required: ['id', 'topic', 'reason', 'time', 'bytes'],
  properties: {
    ...{ id: text, topic: text, reason: text, time: text, bytes: { type: 'integer' } },
    ...{ body: text, bodyBase64: text },
  },
}
const repeatable = { type: 'array', items: text }

const hub = [path('slug')]
const widget = [path('id')]

const paths = {
  '/api/v1/hubs': {
    get: {
      summary: 'All hubs, by slug',
      parameters: [
        query('limit', { type: 'integer', minimum: 1, maximum: MAX_PAGE }, 'How many at most'),
        query('after', text, '`next` of the page before'),
      ],
      responses: { 200: listOf('hubs', 'HubSummary', 'A page of hubs', { next: text }), ...refused },
    },
  },
  '/api/v1/hubs/{slug}': {
    parameters: hub,
    get: {
      summary: 'One hub with its widgets and their places',
      responses: { 200: one('HubView', 'The hub', etag), ...refused },
    },
    put: {
      ...scoped('hubs:write'),
      summary: 'Create or replace a hub by a whole document',
      parameters: [ifMatch, header('If-None-Match', '`*`: only if there is no such hub')],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: ref('HubDocument') },
          'application/yaml': { schema: ref('HubDocument') },
        },
      },
      responses: {
        200: one('HubView', 'Replaced, or unchanged', etag),
        201: one('HubView', 'Created', etag),
        ...refused,
      },
    },
    delete: {
      ...scoped('hubs:write'),
      summary: 'Remove a hub with its widgets',
      parameters: [ifMatch],
      responses: { 204: { description: 'Removed' }, ...refused },
    },
  },
  '/api/v1/hubs/{slug}/snapshot': {
    parameters: hub,
    get: {
      summary: 'The data of all widgets of a hub, from one instant',
      responses: { 200: one('Snapshot', 'Follow it by the stream, from its cursor'), ...refused },
    },
  },
  '/api/v1/widgets/{id}': {
    parameters: widget,
    get: {
      summary: 'The data of one widget',
      responses: { 200: one('WidgetSnapshot', 'Its data'), ...refused },
    },
  },
  '/api/v1/widgets/{id}/explain': {
    parameters: widget,
    get: { summary: 'Why a widget is as it is', responses: { 200: one('Explanation', 'Why'), ...refused } },
  },
  '/api/v1/widgets/{id}/retry': {
    parameters: widget,
    post: {
      summary: 'Load a widget again',
      responses: { 202: json({ type: 'object' }, 'It is on its way; the stream tells'), ...refused },
    },
  },
  '/api/v1/data/{key}/{epoch}/{offset}': {
    parameters: [
      path('key'),
      path('epoch'),
      path('offset'),
      query('widget', text, 'Id of a widget that shows it'),
    ],
    get: {
      summary: 'Data too large for the stream: the `href` of its event',
      responses: {
        200: one('KeyedData', 'The newest; immutable when it is the version asked for'),
        ...refused,
      },
    },
  },
  '/api/v1/hub.schema.json': {
    get: {
      summary: 'JSON Schema of a hub document, with the settings of each widget type',
      responses: {
        200: {
          description: 'The schema',
          content: { 'application/schema+json': { schema: { type: 'object' } } },
        },
      },
    },
  },
  '/api/v1/widget-types': {
    get: {
      summary: 'What a widget can be',
      responses: { 200: listOf('types', 'WidgetTypeView', 'All types of this installation') },
    },
  },
  '/api/v1/events': {
    post: {
      ...scoped('publish'),
      summary: 'Publish CloudEvents',
      parameters: [header('Prefer', 'return=minimal: an answer without a body')],
      requestBody: {
        required: true,
        content: {
          'application/cloudevents+json': { schema: ref('CloudEvent') },
          'application/cloudevents-batch+json': {
            schema: { type: 'array', maxItems: 500, items: ref('CloudEvent') },
          },
          'application/json': { schema: {} },
        },
      },
      responses: { 202: accepted, ...refused },
    },
    options: {
      summary: 'The handshake of CloudEvents webhooks, before the first event',
      parameters: [
        header('WebHook-Request-Origin', 'Who is going to send'),
        header('WebHook-Request-Rate', 'How many requests a minute'),
      ],
      responses: { 200: { description: 'It may, as WebHook-Allowed-Origin and WebHook-Allowed-Rate say' } },
    },
  },
  '/api/v1/dead-letters': {
    get: {
      ...scoped('administer'),
      summary: 'Messages that were put aside, newest first',
      parameters: [
        query('limit', { type: 'integer', minimum: 1, maximum: 100 }, 'How many at most'),
        query('before', text, 'Only those older than the one of this id'),
      ],
      responses: {
        200: json(
          {
            type: 'object',
            required: ['deadLetters'],
            properties: { deadLetters: { type: 'array', items: deadLetter } },
          },
          'With the reason of each',
        ),
        ...refused,
      },
    },
  },
  '/api/v1/dead-letters/{id}': {
    parameters: [path('id')],
    get: {
      ...scoped('administer'),
      summary: 'One of them, with its body',
      responses: { 200: json(deadLetter, 'body is text, bodyBase64 what is none'), ...refused },
    },
    delete: {
      ...scoped('administer'),
      summary: 'Forget it',
      responses: { 204: { description: 'It is gone' }, ...refused },
    },
  },
  '/api/v1/dead-letters/{id}/replay': {
    parameters: [path('id')],
    post: {
      ...scoped('administer'),
      summary: 'Put it on the bus once more, and forget it here',
      responses: { 204: { description: 'It is on the bus' }, ...refused },
    },
  },
  '/api/v1/hooks/github': {
    post: {
      summary: 'GitHub webhook deliveries, signed with GITHUB_WEBHOOK_SECRET',
      parameters: ['X-GitHub-Event', 'X-GitHub-Delivery', 'X-Hub-Signature-256'].map((name) => ({
        ...header(name, 'As GitHub sends it'),
        required: true,
      })),
      requestBody: { required: true, content: { 'application/json': { schema: { type: 'object' } } } },
      responses: { 202: accepted, ...refused },
    },
  },
  '/api/v1/stream': {
    get: {
      summary: 'Changes as they happen, as Server-Sent Events',
      parameters: [
        query('hub', { ...repeatable, maxItems: 50 }, 'Slugs of hubs to follow'),
        query('widget', { ...repeatable, maxItems: 500 }, 'Ids of widgets to follow'),
        query('cursor', text, 'What the client has already: the cursor of a snapshot'),
        header('Last-Event-ID', 'The id of the last event read; wins over cursor'),
      ],
      responses: {
        200: {
          description: 'Until it is ended',
          content: { 'text/event-stream': { schema: ref('StreamEvents') } },
        },
        ...refused,
      },
    },
  },
  '/healthz': {
    get: { summary: 'Whether the process is alive', responses: { 200: { description: 'It is' } } },
  },
  '/readyz': {
    get: {
      summary: 'Whether the process serves, and what it depends on that is away',
      responses: { 200: { description: 'It does' }, 503: { description: 'Not yet, or not any more' } },
    },
  },
  '/metrics': {
    get: { summary: 'Figures for Prometheus', responses: { 200: { description: 'Text' }, ...refused } },
  },
}

function components(): object {
  const schemas = Object.fromEntries(
    Object.entries(named).map(([name, schema]) => {
      // OpenAPI 3.1 says for the whole document which JSON Schema it is.
      const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
      return [name, plain]
    }),
  )
  return {
    schemas,
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'hubs_…, from `token create`' },
    },
  }
}

/** `GET /api/v1/openapi.json`: the whole outside, for programs and their authors. */
export function openApiRoute(basePath = ''): Route {
  const info = { title: 'Hubs', version: 'v1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } }
  const servers = basePath === '' ? {} : { servers: [{ url: basePath }] }
  const document = { openapi: '3.1.0', info, ...servers, paths, components: components() }
  const body = Buffer.from(JSON.stringify(document))
  return {
    method: 'GET',
    path: '/api/v1/openapi.json',
    right: 'anyone',
    shared: true,
    handle: async () => ({ status: 200, body }),
  }
}
