import type { Json } from '#widgets/define.ts'
import {
  cut,
  type Fielded,
  type Fields,
  isFielded,
  type Projected,
  project,
  type Room,
} from '../projection.ts'

const user = { login: 'line', html_url: 'text', type: 'line' } as const
const commit = {
  id: 'line',
  message: 'line',
  timestamp: 'line',
  url: 'text',
  author: { name: 'line', username: 'line' },
} as const
const branch = { ref: 'line', sha: 'line', repo: { full_name: 'line' } } as const
const pull = {
  number: 'number',
  title: 'line',
  state: 'line',
  draft: 'flag',
  merged: 'flag',
  html_url: 'text',
  user,
  head: branch,
  base: branch,
  labels: [{ name: 'line', color: 'line' }],
  created_at: 'line',
  updated_at: 'line',
  closed_at: 'line',
  merged_at: 'line',
} as const
const check = {
  id: 'number',
  name: 'line',
  head_sha: 'line',
  head_branch: 'line',
  status: 'line',
  conclusion: 'line',
  html_url: 'text',
  started_at: 'line',
  completed_at: 'line',
  created_at: 'line',
  updated_at: 'line',
  app: { name: 'line', slug: 'line' },
  pull_requests: [{ number: 'number' }],
} as const
const deployment = {
  id: 'number',
  sha: 'line',
  ref: 'line',
  task: 'line',
  environment: 'line',
  description: 'line',
  creator: user,
  created_at: 'line',
  updated_at: 'line',
} as const

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
  html_url: 'text',
  created_at: 'line',
  updated_at: 'line',
} as const

const shape = {
  action: 'line',
  repository: { full_name: 'line', html_url: 'text', default_branch: 'line', private: 'flag' },
  organization: { login: 'line' },
  sender: user,
  ref: 'line',
  ref_type: 'line',
  before: 'line',
  after: 'line',
  compare: 'text',
  created: 'flag',
  deleted: 'flag',
  forced: 'flag',
  pusher: { name: 'line' },
  head_commit: commit,
  commits: [commit],
  pull_request: pull,
  review: { id: 'number', state: 'line', body: 'text', html_url: 'text', submitted_at: 'line', user },
  issue: {
    number: 'number',
    title: 'line',
    state: 'line',
    state_reason: 'line',
    html_url: 'text',
    user,
    labels: [{ name: 'line', color: 'line' }],
    /** Present when the issue is a pull request. */
    pull_request: { html_url: 'text' },
    created_at: 'line',
    updated_at: 'line',
    closed_at: 'line',
  },
  comment: {
    id: 'number',
    body: 'text',
    html_url: 'text',
    commit_id: 'line',
    path: 'line',
    user,
    created_at: 'line',
    updated_at: 'line',
  },
  discussion: { number: 'number', title: 'line', state: 'line', html_url: 'text', user, updated_at: 'line' },
  release: {
    id: 'number',
    tag_name: 'line',
    name: 'line',
    draft: 'flag',
    prerelease: 'flag',
    html_url: 'text',
    author: user,
    created_at: 'line',
    published_at: 'line',
  },
  workflow_run: {
    id: 'number',
    name: 'line',
    display_title: 'line',
    run_number: 'number',
    run_attempt: 'number',
    event: 'line',
    status: 'line',
    conclusion: 'line',
    html_url: 'text',
    head_branch: 'line',
    head_sha: 'line',
    head_commit: commit,
    actor: user,
    workflow_id: 'number',
    pull_requests: [{ number: 'number' }],
    created_at: 'line',
    run_started_at: 'line',
    updated_at: 'line',
  },
  workflow_job: {
    id: 'number',
    run_id: 'number',
    run_attempt: 'number',
    name: 'line',
    workflow_name: 'line',
    status: 'line',
    conclusion: 'line',
    html_url: 'text',
    head_branch: 'line',
    head_sha: 'line',
    created_at: 'line',
    started_at: 'line',
    completed_at: 'line',
  },
  workflow: { id: 'number', name: 'line', path: 'line', html_url: 'text' },
  check_run: { ...check, check_suite: { id: 'number', head_branch: 'line' } },
  check_suite: check,
  deployment,
  deployment_status: {
    id: 'number',
    state: 'line',
    environment: 'line',
    description: 'line',
    target_url: 'text',
    log_url: 'text',
    environment_url: 'text',
    creator: user,
    created_at: 'line',
    updated_at: 'line',
  },
  changes: {
    repository: { name: { from: 'line' } },
    owner: { from: { user: { login: 'line' }, organization: { login: 'line' } } },
  },
  /** The commit status event keeps these at its top. */
  sha: 'line',
  state: 'line',
  context: 'line',
  description: 'line',
  target_url: 'text',
  branches: [{ name: 'line' }],
  created_at: 'line',
  updated_at: 'line',
  starred_at: 'line',
  forkee: { full_name: 'line', html_url: 'text', created_at: 'line' },
  pages: [{ page_name: 'line', title: 'line', action: 'line', html_url: 'text' }],
} as const satisfies Fields

/**
 * `data` of a GitHub event on the bus: GitHub's own field names, those our widget types need. `event` is the delivery's
 * name; `commits` are the first 20, `commit_count` is how many the push had. Other objects at the top of a payload are
 * kept by their names, state, address and times alone.
 */
export type GitHubProjection = { readonly event: string; readonly commit_count?: number } & Projected<
  typeof shape
>

/** The second fits `LIMIT` whatever the payload, so that no delivery is too large. */
const rooms: readonly Room[] = [
  { line: 250, text: 600, list: 20 },
  { line: 40, text: 80, list: 2 },
]
const LIMIT = 64 * 1024
const OTHERS = 12

/** At most 64 KiB of JSON, of any payload. */
export function projectGitHub(event: string, payload: Fielded): GitHubProjection {
  let projection: { [field: string]: Json } = {}
  for (const room of rooms) {
    projection = { event: cut(event, room.line), ...project(payload, shape, room), ...others(payload, room) }
    const { commits, total_commits: total } = payload
    // Gitea sends the first few and counts them.
    if (Array.isArray(commits)) projection.commit_count = typeof total === 'number' ? total : commits.length
    if (Buffer.byteLength(JSON.stringify(projection)) <= LIMIT) break
  }
  // The walk over `shape` gives what `Projected` says of it.
  return projection as GitHubProjection
}

function others(payload: Fielded, room: Room): { [field: string]: Json } {
  const kept: { [field: string]: Json } = {}
  for (const [field, value] of Object.entries(payload)) {
    if (Object.keys(kept).length === OTHERS) break
    if (Object.hasOwn(shape, field) || !/^[a-z][a-z0-9_]{0,39}$/.test(field)) continue
    if (field === 'event' || field === 'commit_count') continue
    if (typeof value === 'string') kept[field] = cut(value, room.line)
    else if (typeof value === 'number' || typeof value === 'boolean') kept[field] = value
    else if (isFielded(value)) kept[field] = project(value, thing, room)
  }
  return kept
}
