import { z } from 'zod'
import type { LoggedEvent } from '../define.ts'
import { httpUrl } from '../http-url.ts'
import { cut } from './cut.ts'
import type { Sentence } from './sentence.ts'

const verbs = {
  queued: 'waits for its turn',
  running: 'is running',
  passed: 'passed',
  failed: 'failed',
  cancelled: 'was cancelled',
} as const

const scalar = z.union([z.string(), z.number()]).nullish().catch(undefined)
const build = z.object({
  job: z.string().trim().min(1),
  status: z.enum(Object.keys(verbs) as [keyof typeof verbs]),
  branch: scalar,
  version: scalar,
  startedAt: scalar,
  url: httpUrl.nullish().catch(undefined),
})

/** An event whose data is that of a build: `{ job, status, branch?, version?, url? }`. */
export function buildSentence(event: LoggedEvent): Sentence | undefined {
  const { data } = build.safeParse(event.data)
  if (data === undefined) return undefined
  const { job, status, branch, version, startedAt, url } = data
  // One build tells of itself several times; its last word is enough. What does not name its run stays alone.
  const run = url ?? version ?? startedAt ?? event.id
  const place = branch ? ` on ${branch}` : ''
  const what = version ? `, version ${version}` : ''
  return {
    text: cut(`${job} ${verbs[status]}${place}${what}`),
    ...(url ? { href: url } : {}),
    group: JSON.stringify(['build', event.topic, job, branch ?? '', run]),
  }
}
