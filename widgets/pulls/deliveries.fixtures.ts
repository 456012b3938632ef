import { loggedDelivery } from '#sources/github/examples.fixtures.ts'
import type { LoggedEvent } from '../define.ts'
import { foldPulls as foldDeliveries } from './fold.ts'

export const noon = Date.UTC(2026, 0, 15, 12)

export function at(seconds: number): string {
  return new Date(noon + seconds * 1000).toISOString()
}

export function request(number: number, fields: Record<string, unknown> = {}) {
  return {
    number,
    title: `Change ${number}`,
    state: 'open',
    draft: false,
    html_url: `https://github.com/acme/api/pull/${number}`,
    user: { login: 'octocat' },
    created_at: at(-3600),
    updated_at: at(0),
    ...fields,
  }
}

export const foldPulls = (events: readonly LoggedEvent[], repositories?: readonly string[]) =>
  foldDeliveries(events, repositories ?? namesIn(events)).pulls

function namesIn(events: readonly LoggedEvent[]): string[] {
  return events.flatMap(({ data }) => {
    const { repository } = Object(data) as { repository?: { full_name?: unknown } }
    return typeof repository?.full_name === 'string' ? [repository.full_name] : []
  })
}

let ids = 0

export function delivery(action: string, pull_request: unknown, full_name = 'acme/api'): LoggedEvent {
  return loggedDelivery(
    'pull_request',
    { action, repository: { full_name }, pull_request },
    { id: `delivery-${ids++}` },
  )
}
