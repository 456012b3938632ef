import { z } from 'zod'
import { hubSummary as hubSummarySchema, hubView as hubViewSchema } from '#contract/hub.ts'
import type { Actor } from '../access/actor.ts'
import type { Client } from '../access/client.ts'
import { type Refusal, type RefusalCode, refusal } from '../base/refusal.ts'
import type { Author } from '../changes/change.ts'
import type { FollowedHubs } from '../hubs/follow.ts'
import { HubError } from '../hubs/hub-error.ts'
import { hubSummary, hubView } from '../hubs/hub-view.ts'
import type { Expectation, HubsRoom } from '../hubs/hubs.ts'
import type { LookUp } from '../hubs/look-up.ts'
import { operation } from './operation.ts'

const PAGE = 200
const MAX_PAGE = 1000
const pageSize = `must be a whole number from 1 to ${MAX_PAGE}`

const codes: Readonly<Record<HubError['code'], RefusalCode>> = {
  'hub-refused': 'invalid',
  'hub-missing': 'missing',
  'hub-changed': 'changed',
  'widget-taken': 'conflict',
}

/** Only which revision it is where another write has followed already. */
const written = z.union([hubViewSchema, hubViewSchema.pick({ slug: true, revision: true })])

const slug = z.string()
const expect = z.custom<Expectation>().optional()

/** Hubs as JSON. Reads are answered from memory, so they work while the database is away. */
export function hubOperations(options: {
  hubs: HubsRoom
  memory: FollowedHubs
  lookUp: LookUp
  /** The path all addresses are below. */
  basePath?: string
}) {
  const { hubs, memory, lookUp, basePath = '' } = options

  const list = operation({
    method: 'GET',
    path: '/api/v1/hubs',
    right: 'view',
    summary: 'All hubs, by slug',
    input: z.object({
      limit: z.coerce
        .number({ error: pageSize })
        .int({ error: pageSize })
        .min(1, { error: pageSize })
        .max(MAX_PAGE, { error: pageSize })
        .default(PAGE)
        .meta({ description: 'How many at most' }),
      after: z.string().default('').meta({ description: '`next` of the page before' }),
    }),
    output: z.object({ hubs: z.array(hubSummarySchema), next: z.string().exactOptional() }),
    answers: { 200: 'A page of hubs' },
    shared: true,
    async run(_actor, { limit, after }) {
      const found = memory.bySlug(after, limit + 1)
      const page = found.slice(0, limit)
      const next = found.length > limit ? page.at(-1)?.slug : undefined
      return { output: { hubs: page.map(hubSummary), ...(next ? { next } : {}) } }
    },
  })

  const get = operation({
    method: 'GET',
    path: '/api/v1/hubs/:slug',
    right: 'view',
    summary: 'One hub with its widgets and their places',
    input: z.object({ slug }),
    output: hubViewSchema,
    answers: { 200: 'The hub' },
    revisions: true,
    shared: true,
    async run(_actor, asked) {
      const hub = await lookUp(() => memory.hubs.get(asked.slug))
      if (!hub) return refusal('missing', `There is no hub “${asked.slug}”.`)
      return { output: hubView(hub), revision: hub.revision }
    },
  })

  const put = operation({
    method: 'PUT',
    path: '/api/v1/hubs/:slug',
    right: 'edit',
    summary: 'Create or replace a hub by a whole document',
    // What a document must be is told by the room of hubs, a field a line.
    input: z.object({ slug, document: z.unknown(), expect }),
    body: 'document',
    output: written,
    answers: { 200: 'Replaced, or unchanged', 201: 'Created' },
    revisions: true,
    run: (actor, { slug, document, expect }, client) =>
      refusing(async () => {
        const { hub, outcome } = await hubs.put(slug, document, { by: authorOf(actor, client), expect })
        // Whoever reads after this answer reads what was written; that it was written is true in any case.
        await memory.caughtUp().catch(() => {})
        const known = memory.hubs.get(slug)
        const output = known?.revision === hub.revision ? hubView(known) : { slug, revision: hub.revision }
        return {
          output,
          revision: hub.revision,
          ...(outcome === 'created' ? { created: `${basePath}/api/v1/hubs/${slug}` } : {}),
        }
      }),
  })

  const remove = operation({
    method: 'DELETE',
    path: '/api/v1/hubs/:slug',
    right: 'edit',
    summary: 'Remove a hub with its widgets',
    input: z.object({ slug, expect }),
    answers: { 204: 'Removed' },
    revisions: true,
    run: (actor, { slug, expect }, client) =>
      refusing(async () => {
        await hubs.remove(slug, { by: authorOf(actor, client), expect })
        await memory.caughtUp().catch(() => {})
        return { output: undefined }
      }),
  })

  return [list, get, put, remove] as const
}

const authorOf = (actor: Actor, client: Client): Author => ({ actor: actor.token, address: client.address })

async function refusing<Result>(work: () => Promise<Result>): Promise<Result | Refusal> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof HubError)) throw error
    return refusal(codes[error.code], error.message, { errors: error.errors })
  }
}
