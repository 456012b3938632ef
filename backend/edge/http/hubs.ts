import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { hubSummary as hubSummarySchema, hubView as hubViewSchema } from '#contract/hub.ts'
import { widgetTypeView } from '#contract/widget-type-view.ts'
import { hubDocument } from '../../hubs/document.ts'
import { DocumentTextError, readDocumentText } from '../../hubs/document-text.ts'
import type { FollowedHubs } from '../../hubs/follow.ts'
import { HubError } from '../../hubs/hub-error.ts'
import { hubSummary, hubView } from '../../hubs/hub-view.ts'
import type { Expectation, HubsRoom } from '../../hubs/hubs.ts'
import type { LookUp } from '../../hubs/look-up.ts'
import type { Lacking } from '../../refresh/availability.ts'
import { hubSchema } from './hub-schema.ts'
import { answered } from './openapi.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call, Route } from './route.ts'
import { widgetTypeViews } from './widget-type-views.ts'

/** Bytes of one hub document. */
const DOCUMENT_LIMIT = 1024 * 1024
/** The same in YAML: of the worst of it a parser takes some 15 ms a kilobyte, and a hub has a few of them. */
const YAML_LIMIT = 32 * 1024
const PAGE = 200
const MAX_PAGE = 1000

const documentSchema = hubDocument.meta({ id: 'HubDocument' })
const revisionTag = { ETag: z.string().meta({ description: 'The revision, for If-Match' }) }
const ifMatch = {
  'If-Match': z
    .string()
    .optional()
    .meta({ description: 'Revisions that may be changed; any other is refused with 412' }),
}

const statuses: Readonly<Record<HubError['code'], number>> = {
  'hub-refused': 422,
  'hub-missing': 404,
  'hub-changed': 412,
  'widget-taken': 409,
}

/** Hubs as JSON. Reads are answered from memory, so they work while the database is away. */
export function hubRoutes(options: {
  hubs: HubsRoom
  followed: FollowedHubs
  lookUp: LookUp
  lacking: Lacking
  basePath?: string
}): Route[] {
  const { hubs, followed, lookUp, lacking, basePath = '' } = options
  const types = { types: widgetTypeViews(lacking) }
  const schema = Buffer.from(JSON.stringify(hubSchema(types.types)))

  async function put(call: Call): Promise<Answer> {
    const slug = call.params.slug ?? ''
    const document = await documentOf(call)
    const { hub, outcome } = await refusing(() => hubs.put(slug, document, { expect: expectation(call) }))
    // Whoever reads after this answer reads what was written; that it was written is true in any case.
    await followed.caughtUp().catch(() => {})
    const known = followed.hubs.get(slug)
    const view = known?.revision === hub.revision ? hubView(known) : { slug, revision: hub.revision }
    const headers = { etag: etagOf(hub) }
    return outcome === 'created'
      ? { status: 201, headers: { ...headers, location: `${basePath}/api/v1/hubs/${slug}` }, body: view }
      : { status: 200, headers, body: view }
  }

  return [
    {
      method: 'GET',
      path: '/api/v1/hubs',
      right: 'anyone',
      about: {
        summary: 'All hubs, by slug',
        requestParams: {
          query: z.object({
            limit: z.int().min(1).max(MAX_PAGE).optional().meta({ description: 'How many at most' }),
            after: z.string().optional().meta({ description: '`next` of the page before' }),
          }),
        },
        responses: {
          200: answered(
            'A page of hubs',
            z.object({ hubs: z.array(hubSummarySchema), next: z.string().optional() }),
          ),
        },
      },
      shared: true,
      handle: async ({ url }) => listed(followed, url.searchParams),
    },
    {
      method: 'GET',
      path: '/api/v1/hubs/:slug',
      right: 'anyone',
      about: {
        summary: 'One hub with its widgets and their places',
        responses: { 200: answered('The hub', hubViewSchema, revisionTag) },
      },
      shared: true,
      async handle({ params }) {
        const hub = await lookUp(() => followed.hubs.get(params.slug ?? ''))
        if (!hub) throw new ProblemError(404, `There is no hub “${params.slug}”.`)
        // Never 304: what a widget's key is may change with a new build, which the revision does not know.
        return { status: 200, headers: { etag: etagOf(hub) }, body: hubView(hub) }
      },
    },
    {
      method: 'PUT',
      path: '/api/v1/hubs/:slug',
      right: 'hubs:write',
      about: {
        summary: 'Create or replace a hub by a whole document',
        requestParams: {
          header: z.object({
            ...ifMatch,
            'If-None-Match': z.string().optional().meta({ description: '`*`: only if there is no such hub' }),
          }),
        },
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: documentSchema },
            'application/yaml': { schema: documentSchema },
          },
        },
        responses: {
          200: answered('Replaced, or unchanged', hubViewSchema, revisionTag),
          201: answered('Created', hubViewSchema, revisionTag),
        },
      },
      handle: put,
    },
    {
      method: 'DELETE',
      path: '/api/v1/hubs/:slug',
      right: 'hubs:write',
      about: {
        summary: 'Remove a hub with its widgets',
        requestParams: { header: z.object(ifMatch) },
        responses: { 204: { description: 'Removed' } },
      },
      async handle(call) {
        await refusing(() => hubs.remove(call.params.slug ?? '', { expect: expectation(call) }))
        await followed.caughtUp().catch(() => {})
        return { status: 204 }
      },
    },
    {
      method: 'GET',
      path: '/api/v1/hub.schema.json',
      right: 'anyone',
      about: {
        summary: 'JSON Schema of a hub document, with the settings of each widget type',
        responses: {
          200: {
            description: 'The schema',
            content: { 'application/schema+json': { schema: { type: 'object' } } },
          },
        },
      },
      shared: true,
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'application/schema+json' },
        body: schema,
      }),
    },
    {
      method: 'GET',
      path: '/api/v1/widget-types',
      right: 'anyone',
      about: {
        summary: 'What a widget can be',
        responses: {
          200: answered('All types of this installation', z.object({ types: z.array(widgetTypeView) })),
        },
      },
      shared: true,
      handle: async () => ({ status: 200, body: types }),
    },
  ]
}

/** By slug, `limit` at a time; `next` is the `after` of the next page. */
function listed(followed: FollowedHubs, query: URLSearchParams): Answer {
  const limit = Number(query.get('limit') ?? PAGE)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    throw new ProblemError(400, `limit must be a whole number from 1 to ${MAX_PAGE}.`, {
      errors: [{ field: 'limit', message: `must be a whole number from 1 to ${MAX_PAGE}` }],
    })
  }
  const after = query.get('after') ?? ''
  const found = followed.bySlug(after, limit + 1)
  const page = found.slice(0, limit)
  const next = found.length > limit ? page.at(-1)?.slug : undefined
  return { status: 200, body: { hubs: page.map(hubSummary), ...(next ? { next } : {}) } }
}

/** As JSON, or as YAML when it says so. @throws ProblemError */
async function documentOf(call: Call): Promise<unknown> {
  const type = call.headers['content-type'] ?? ''
  if (!/^(?:application|text)\/(?:x-|vnd\.)?yaml\b/i.test(type)) return call.json(DOCUMENT_LIMIT)
  const body = await call.body(YAML_LIMIT).catch((error: unknown) => {
    if (!(error instanceof ProblemError) || error.problem.status !== 413) throw error
    throw new ProblemError(413, 'A document in YAML may have 32 KB. Send it as JSON, which may have 1 MB.')
  })
  if (!isUtf8(body)) throw new ProblemError(400, 'The body must be YAML in UTF-8.')
  try {
    return readDocumentText(body.toString(), 'yaml').value
  } catch (error) {
    if (!(error instanceof DocumentTextError)) throw error
    const where = error.place ? ` Line ${error.place.line}, column ${error.place.column}.` : ''
    throw new ProblemError(400, `${error.message}${where}`, {
      errors: [{ field: '', message: error.message }],
    })
  }
}

async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    throw new ProblemError(statuses[error.code], error.message, { errors: error.errors })
  }
}

const etagOf = ({ revision }: { revision: number }): string => `"${revision}"`

function tags(header: string | undefined): string[] {
  return (header ?? '').split(',').map((tag) => tag.trim())
}

/** `If-Match` names revisions that may be replaced, `*` any there is; `If-None-Match: *` asks for there being none. */
function expectation({ headers }: Call): Expectation | undefined {
  const match = headers['if-match']
  if (match !== undefined) {
    const named = tags(match)
    if (named.includes('*')) return { exists: true }
    // A weak tag, or one that was never ours, matches nothing (RFC 9110, 13.1.1).
    return { revisions: named.flatMap((tag) => (/^"\d{1,15}"$/.test(tag) ? [Number(tag.slice(1, -1))] : [])) }
  }
  return tags(headers['if-none-match']).includes('*') ? { exists: false } : undefined
}
