import { isUtf8 } from 'node:buffer'
import { DocumentTextError, readDocumentText } from '../hubs/document-text.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import { HubError } from '../hubs/hub-error.ts'
import { hubSummary, hubView } from '../hubs/hub-view.ts'
import type { Expectation, HubsRoom } from '../hubs/hubs.ts'
import type { LookUp } from '../hubs/look-up.ts'
import type { Lacking } from '../refresh/availability.ts'
import { hubSchema } from './hub-schema.ts'
import { ProblemError } from './problem.ts'
import type { Answer, Call, Route } from './route.ts'
import { widgetTypeViews } from './widget-type-views.ts'

/** Bytes of one hub document. */
const DOCUMENT_LIMIT = 1024 * 1024
/** The same in YAML: of the worst of it a parser takes some 15 ms a kilobyte, and a hub has a few of them. */
const YAML_LIMIT = 32 * 1024
const PAGE = 200
export const MAX_PAGE = 1000

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
      shared: true,
      handle: async ({ url }) => listed(followed, url.searchParams),
    },
    {
      method: 'GET',
      path: '/api/v1/hubs/:slug',
      right: 'anyone',
      shared: true,
      async handle({ params }) {
        const hub = await lookUp(() => followed.hubs.get(params.slug ?? ''))
        if (!hub) throw new ProblemError(404, `There is no hub “${params.slug}”.`)
        // Never 304: what a widget's key is may change with a new build, which the revision does not know.
        return { status: 200, headers: { etag: etagOf(hub) }, body: hubView(hub) }
      },
    },
    { method: 'PUT', path: '/api/v1/hubs/:slug', right: 'hubs:write', handle: put },
    {
      method: 'DELETE',
      path: '/api/v1/hubs/:slug',
      right: 'hubs:write',
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
