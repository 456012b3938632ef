import type { PullRequest } from '#sources/github/delivery.ts'
import type { DataOf } from '../define.ts'
import type { pulls } from './widget.ts'

export type Pull = DataOf<typeof pulls>['pulls'][number]

export function pullOf(repository: string, request: PullRequest): Pull {
  const { number, title, draft, html_url, user, created_at, updated_at } = request
  return {
    repository,
    number,
    title: title.length > 250 ? `${[...title].slice(0, 249).join('')}…` : title,
    ...(typeof user?.login === 'string' ? { author: user.login } : {}),
    draft: draft ?? false,
    ...(html_url ? { href: html_url } : {}),
    ...(created_at ? { createdAt: created_at } : {}),
    updatedAt: updated_at,
  }
}

/** Last updated first; the rest only so that the order is always the same. */
export function lastUpdatedFirst(a: Pull, b: Pull): number {
  if (a.updatedAt !== b.updatedAt) return b.updatedAt - a.updatedAt
  if (a.repository !== b.repository) return a.repository < b.repository ? -1 : 1
  return b.number - a.number
}
