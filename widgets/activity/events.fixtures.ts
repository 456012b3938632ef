import { loggedDelivery } from '#sources/github/examples.fixtures.ts'
import type { Json, LoggedEvent } from '../define.ts'
import { joinLines } from './join.ts'

export const noon = Date.UTC(2026, 0, 15, 12)
export const minute = 60_000

const acme = { full_name: 'acme/api', html_url: 'https://github.com/acme/api' }

let ids = 0

export function plain(topic: string, data: Json, fields: Partial<LoggedEvent> = {}): LoggedEvent {
  return { id: `${ids++}`, source: 'test', type: topic, topic, time: noon, receivedAt: noon, data, ...fields }
}

export function github(
  event: string,
  payload: Record<string, unknown>,
  minutes = 0,
  id = `${ids++}`,
): LoggedEvent {
  return loggedDelivery(
    event,
    { repository: acme, sender: { login: 'octocat' }, ...payload },
    { id, time: noon - minutes * minute },
  )
}

/** The lines as they are read. */
export function read(...events: LoggedEvent[]): string[] {
  return joinLines(events, 100).map(({ actor, text }) => (actor === undefined ? text : `${actor} ${text}`))
}

export const pull = { number: 3, title: 'Fix login', html_url: 'https://github.com/acme/api/pull/3' }
export const push = { ref: 'refs/heads/main', compare: 'https://github.com/acme/api/compare/1...2' }
