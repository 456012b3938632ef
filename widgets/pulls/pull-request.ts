import { z } from 'zod'
import type { DataOf } from '../define.ts'
import { httpUrl } from '../kit/http-url.ts'
import { readMoment } from '../kit/moment.ts'
import type { pulls } from './widget.ts'

export type Pull = DataOf<typeof pulls>['pulls'][number]

const time = z.unknown().transform(readMoment).pipe(z.number())
const maybeTime = time.nullish().catch(undefined)

/** A pull request as GitHub writes it, in deliveries and in its API's lists alike. */
export const pullRequest = z.object({
  number: z.int().min(1),
  title: z.string(),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish().catch(undefined),
  html_url: httpUrl.nullish().catch(undefined),
  user: z.object({ login: z.string() }).nullish().catch(undefined),
  created_at: maybeTime,
  updated_at: time,
})

export function pullOf(repository: string, request: z.output<typeof pullRequest>): Pull {
  const { number, title, draft, html_url, user, created_at, updated_at } = request
  return {
    repository,
    number,
    title: title.length > 250 ? `${[...title].slice(0, 249).join('')}…` : title,
    ...(user ? { author: user.login } : {}),
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
