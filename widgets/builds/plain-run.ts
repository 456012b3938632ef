import { z } from 'zod'
import type { LoggedEvent } from '../define.ts'
import { statedBuild } from '../kit/build-status.ts'
import { wholeCharacters } from '../kit/whole-characters.ts'
import { href, line, maybeLine, maybeTime, present, progress, type Run, timesOf } from './run.ts'

/** The data of a build told by anybody: `job` names it among all that one widget shows. */
const plainBuild = z.object({
  job: line,
  status: z.string(),
  conclusion: z.string().nullish().catch(undefined),
  repository: maybeLine,
  branch: maybeLine,
  version: z
    .union([line, z.number().transform(String)])
    .nullish()
    .catch(undefined),
  url: href,
  startedAt: maybeTime,
  finishedAt: maybeTime,
})

/** What an event says of a build, or why it says nothing. */
export function plainRun(event: LoggedEvent): Run | { readonly lacks: string } {
  const parsed = plainBuild.safeParse(event.data)
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path[0]
    return { lacks: field === undefined ? 'data that is no object' : `no ${String(field)}` }
  }
  const { job, status, conclusion, repository, branch, version, url } = parsed.data
  const state = statedBuild(status, conclusion)
  if (state === undefined) return { lacks: `the status “${wholeCharacters(status, 40)}” is not known here` }
  const times = timesOf(event)
  const startedAt = times.clamped(parsed.data.startedAt)
  const finishedAt = times.clamped(parsed.data.finishedAt)
  const reached =
    (state === 'running' ? startedAt : state === 'queued' ? undefined : finishedAt) ?? event.time
  return {
    name: job,
    job,
    state,
    ...present({ repository, branch, version, href: url, startedAt, finishedAt }),
    time: reached,
    order: [reached, progress[state], event.time],
    reportedBy: 'event',
    ofWorkflow: false,
    doubted: times.doubted(),
  }
}
