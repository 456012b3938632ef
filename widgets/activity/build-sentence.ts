import { z } from 'zod'
import type { LoggedEvent } from '../define.ts'
import { type BuildState, statedBuild } from '../kit/build-status.ts'
import { httpUrl } from '../kit/http-url.ts'
import { cut } from './cut.ts'
import { named } from './named.ts'
import type { Sentence } from './sentence.ts'

const verbs: { readonly [S in BuildState]: readonly [one: string, several: string] } = {
  queued: ['waits for its turn', 'wait for their turn'],
  running: ['is running', 'are running'],
  passed: ['passed', 'passed'],
  failed: ['failed', 'failed'],
  cancelled: ['was cancelled', 'were cancelled'],
  skipped: ['was skipped', 'were skipped'],
}

const scalar = z.union([z.string(), z.number()]).nullish().catch(undefined)
const build = z.object({
  job: z.string().trim().min(1),
  status: z.string(),
  conclusion: z.string().nullish().catch(undefined),
  repository: scalar,
  branch: scalar,
  version: scalar,
  startedAt: scalar,
  url: httpUrl.nullish().catch(undefined),
})

/** An event whose data is that of a build: `{ job, status, branch?, version?, url? }`. */
export function buildSentence(event: LoggedEvent): Sentence | undefined {
  const { data } = build.safeParse(event.data)
  const state = data && statedBuild(data.status, data.conclusion)
  if (!data || !state) return undefined
  const { job, repository, branch, version, startedAt, url } = data
  // One build tells of itself several times; its last word is enough. What does not name its run stays alone.
  const run = url ?? version ?? startedAt ?? event.id
  const [one, several] = verbs[state]
  const place = branch ? ` on ${branch}` : ''
  return {
    text: cut(`${job} ${one}${place}${version ? `, version ${version}` : ''}`),
    ...(url ? { href: url } : {}),
    about: JSON.stringify(['build', event.topic, job, branch ?? '', run]),
    group: JSON.stringify(['builds', event.topic.split('.')[0], repository ?? '', branch ?? '', state]),
    ended: { name: job },
    joined(sentences) {
      const jobs = [...new Set(sentences.map(({ ended }) => ended?.name ?? ''))]
      const [newest] = sentences
      const href = jobs.length === 1 ? newest?.href : undefined
      const text =
        jobs.length === 1
          ? `${job} ${one}${place} ${sentences.length} times`
          : `${jobs.length} jobs ${several}${place}: ${named(jobs)}`
      return { text: cut(text), ...(href ? { href } : {}) }
    },
  }
}
