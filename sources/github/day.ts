import { randomUUID } from 'node:crypto'
import { examplePayloads, type Payload } from './examples.ts'
import { deliveryTime } from './time.ts'

export interface ExampleDelivery {
  readonly id: string
  readonly event: string
  /** The body, its times moved so that it happened at `now` (milliseconds since 1970). */
  payload(now: number): string
}

/** What a team does between two releases: event, action, and which of the examples of that action. */
const script: readonly (readonly [event: string, action?: string | undefined, which?: number])[] = [
  ['issues', 'opened'],
  ['issues', 'labeled'],
  ['issue_comment', 'created'],
  ['create'],
  ['push', undefined, 4],
  ['pull_request', 'opened'],
  ['workflow_run', 'requested'],
  ['check_suite', 'requested'],
  ['check_run', 'created'],
  ['workflow_job', 'queued'],
  ['star', 'created'],
  ['workflow_job', 'in_progress', 1],
  ['pull_request', 'review_requested'],
  ['check_run', 'completed', 0],
  ['workflow_job', 'completed', 0],
  ['pull_request_review', 'submitted'],
  ['pull_request_review_comment', 'created'],
  ['commit_comment', 'created'],
  ['push', undefined, 5],
  ['pull_request', 'synchronize'],
  ['workflow_job', 'completed', 1],
  ['check_run', 'completed', 1],
  ['check_suite', 'completed'],
  ['workflow_run', 'completed', 1],
  ['status'],
  ['pull_request', 'labeled'],
  ['issue_comment', 'created', 1],
  ['pull_request', 'closed'],
  ['push', undefined, 4],
  ['issues', 'assigned'],
  ['deployment', 'created'],
  ['deployment_status', 'created', 1],
  ['deployment_status', 'created', 0],
  ['push', undefined, 0],
  ['release', 'published'],
  ['fork'],
  ['gollum'],
  ['discussion', 'created'],
]
const ROUNDS = 5
/** In the first rounds pull requests are closed; the last ones leave theirs open. */
const CLOSING = 3

/**
 * A day of deliveries, in order, of GitHub's own example payloads: their names kept, each round with numbers of its own
 * for issues, pull requests and runs.
 */
export function gitHubDay(): readonly ExampleDelivery[] {
  return Array.from({ length: ROUNDS }, (_, round) =>
    script
      .filter(([, action]) => action !== 'closed' || round < CLOSING)
      .map(([event, action, which = 0]) => delivery(event, renumber(find(event, action, which), round))),
  ).flat()
}

function delivery(event: string, example: Payload): ExampleDelivery {
  const id = randomUUID()
  // One body is one event, however often it comes: two of one example must differ.
  const payload = { ...example, replayed: id }
  return {
    id,
    event,
    payload: (now) => JSON.stringify(moved(payload, now - (deliveryTime(event, payload) ?? now))),
  }
}

function find(event: string, action: string | undefined, which: number): Payload {
  const payloads = examplePayloads().get(event) ?? []
  const found = payloads.filter((payload) => action === undefined || payload.action === action)[which]
  if (!found) throw new Error(`The example payloads hold no ${event} ${action ?? ''} number ${which}.`)
  return found
}

/** Numbers and run ids move on by round, also inside addresses. */
function renumber(payload: Payload, round: number): Payload {
  const by = round * 2
  return JSON.parse(JSON.stringify(payload), (field, value: unknown) => {
    if (typeof value === 'number') {
      if (field === 'number') return value + by
      return field === 'run_number' || field === 'run_id' ? value + round : value
    }
    if (typeof value !== 'string') return value
    return value.replace(
      /(\/(?:pulls?|issues)\/)(\d+)\b/g,
      (_, path: string, number) => path + (Number(number) + by),
    )
  }) as Payload
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** All times by as much, so that how long things took stays; in milliseconds, so that their order does too. */
function moved(payload: Payload, by: number): unknown {
  return JSON.parse(JSON.stringify(payload), (field, value: unknown) => {
    if (typeof value === 'string' && time.test(value)) return new Date(Date.parse(value) + by).toISOString()
    // Pushes tell some times in seconds.
    const seconds = typeof value === 'number' && field.endsWith('_at') && value > 1_000_000_000
    return seconds ? Math.floor((value * 1000 + by) / 1000) : value
  })
}
