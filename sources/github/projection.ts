import type { Json } from '#widgets/define.ts'
import { type Bounds, cut, isJsonObject, type JsonObject, type Projected, project } from '../shape.ts'
import { deliveryShape } from './delivery-shape.ts'

/** What is kept of any other object a payload has at its top. */
const thing = {
  id: 'number',
  number: 'number',
  name: 'line',
  full_name: 'line',
  login: 'line',
  title: 'line',
  summary: 'line',
  state: 'line',
  status: 'line',
  severity: 'line',
  html_url: 'link',
  created_at: 'time',
  updated_at: 'time',
} as const

/**
 * `data` of a GitHub event on the bus: GitHub's own field names, those our widget types need. `event` is the delivery's
 * name; `commits` are the first 20, `commit_count` is how many the push had. Other objects at the top of a payload are
 * kept by their names, state, address and times alone.
 */
export type GitHubProjection = { readonly event: string; readonly commit_count?: number } & Projected<
  typeof deliveryShape
>

/** The second fits `LIMIT` whatever the payload, so that no delivery is too large. */
const bySize: readonly Bounds[] = [
  { line: 250, text: 600, list: 20 },
  { line: 40, text: 80, list: 2 },
]
const LIMIT = 64 * 1024
const OTHERS = 12

/** At most 64 KiB of JSON, of any payload. */
export function projectDelivery(event: string, payload: JsonObject): GitHubProjection {
  let projection: { [field: string]: Json } = {}
  for (const bounds of bySize) {
    projection = {
      event: cut(event, bounds.line),
      ...project(payload, deliveryShape, bounds),
      ...others(payload, bounds),
    }
    const { commits, total_commits: total } = payload
    // Gitea sends the first few and counts them.
    if (Array.isArray(commits)) projection.commit_count = typeof total === 'number' ? total : commits.length
    if (Buffer.byteLength(JSON.stringify(projection)) <= LIMIT) break
  }
  // The walk over `deliveryShape` gives what `Projected` says of it.
  return projection as GitHubProjection
}

function others(payload: JsonObject, bounds: Bounds): { [field: string]: Json } {
  const kept: { [field: string]: Json } = {}
  for (const [field, value] of Object.entries(payload)) {
    if (Object.keys(kept).length === OTHERS) break
    if (Object.hasOwn(deliveryShape, field) || !/^[a-z][a-z0-9_]{0,39}$/.test(field)) continue
    if (field === 'event' || field === 'commit_count') continue
    if (typeof value === 'string') kept[field] = cut(value, bounds.line)
    else if (typeof value === 'number' || typeof value === 'boolean') kept[field] = value
    else if (isJsonObject(value)) kept[field] = project(value, thing, bounds)
  }
  return kept
}
