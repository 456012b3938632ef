import { type Moves, movesOf } from '#sources/github/moved-repositories.ts'
import { isGitHubTopic } from '#sources/github/topics.ts'
import type { DataOf, LoggedEvent } from '../define.ts'
import { matchesBranch } from './branch-pattern.ts'
import { deadBranches } from './dead-branches.ts'
import { commitBranches, githubRuns } from './github-run.ts'
import { plainRun } from './plain-run.ts'
import type { Run } from './run.ts'
import { coversRepository } from './topics.ts'
import type { builds } from './widget.ts'

type Data = DataOf<typeof builds>
type Build = Data['builds'][number]

const ranks: { readonly [S in Build['state']]: number } = {
  failed: 0,
  running: 1,
  queued: 2,
  passed: 3,
  cancelled: 4,
  skipped: 5,
}

export interface BuildsQuery {
  readonly repositories?: readonly string[] | undefined
  readonly branches?: readonly string[] | undefined
  readonly limit: number
}

/**
 * The last state of every job by what the events themselves say, so their order and repeats do not matter; and what is
 * to be said of events that were passed over or not believed.
 */
export function foldBuilds(
  events: readonly LoggedEvent[],
  { repositories, branches, limit }: BuildsQuery,
): { readonly data: Data; readonly notes: readonly string[] } {
  const { runs, notes } = readRuns(events)
  const moves = movesOf(events)
  const withWorkflows = new Set(
    runs.map(({ run }) => (run.reportedBy === 'workflow_run' ? run.repository : undefined)),
  )
  const isDead = deadBranches(events)
  const jobs = new Map<string, Placed[]>()
  for (const placed of runs) {
    const { branch, repository, reportedBy: by, ofWorkflow } = placed.run
    if (by === 'check_run' && ofWorkflow && withWorkflows.has(repository)) continue
    if (branches && branch !== undefined && !branches.some((pattern) => matchesBranch(pattern, branch)))
      continue
    if (isDead(placed.run)) continue
    const run = by === 'event' ? placed.run : afterMoves(placed.run, moves, repositories)
    if (run === undefined) continue
    // GitHub’s names are numbers or have a slash; what others tell is another job, whatever they call it.
    const id = [...(by === 'event' ? [] : ['github']), run.repository ?? '', run.name, run.branch ?? ''].join(
      '\n',
    )
    const known = jobs.get(id)
    if (known) known.push({ ...placed, run })
    else jobs.set(id, [{ ...placed, run }])
  }
  const all = [...jobs]
    .map(([id, placed]) => lastOf(id, placed))
    .sort(
      (a, b) =>
        ranks[a.state] - ranks[b.state] || b.time - a.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    )
  const counts: Data['counts'] = { failed: 0, running: 0, queued: 0, passed: 0, cancelled: 0, skipped: 0 }
  for (const { state } of all) counts[state]++
  const present = new Set(all.map(({ repository }) => repository?.toLowerCase()))
  // Another one may have taken its name.
  const moved = movedAway(repositories ?? [], moves).filter(({ from }) => !present.has(from.toLowerCase()))
  return { data: { builds: all.slice(0, limit), counts, ...(moved.length > 0 ? { moved } : {}) }, notes }
}

interface Placed {
  readonly run: Run
  readonly tie: string
}

function readRuns(events: readonly LoggedEvent[]): { readonly runs: Placed[]; readonly notes: string[] } {
  const runs: Placed[] = []
  const lacking = new Map<string, Set<string>>()
  const doubted = new Set<string>()
  const branches = commitBranches(events)
  for (const event of events) {
    const tie = `${event.source} ${event.id}`
    if (isGitHubTopic(event.topic)) runs.push(...githubRuns(event, branches).map((run) => ({ run, tie })))
    else {
      const run = plainRun(event)
      if ('lacks' in run) lacking.set(run.lacks, (lacking.get(run.lacks) ?? new Set()).add(tie))
      else runs.push({ run, tie })
    }
  }
  for (const { run, tie } of runs) if (run.doubted) doubted.add(tie)
  const notes = [...lacking].map(([lacks, { size }]) =>
    size === 1 ? `1 event was passed over: ${lacks}.` : `${size} events were passed over: ${lacks}.`,
  )
  if (doubted.size === 1) notes.push('1 event tells a time that cannot be, and counts as of its arrival.')
  if (doubted.size > 1) {
    notes.push(`${doubted.size} events tell times that cannot be, and count as of their arrival.`)
  }
  return { runs, notes }
}

/** A run under the name its repository has now; nothing when that is gone, or none of those asked for. */
function afterMoves(run: Run, moves: Moves, asked: readonly string[] | undefined): Run | undefined {
  if (run.repository === undefined) return run
  const name = moves.nameOf(run.repository, run.startedAt ?? run.time)
  if (name === run.repository) return run
  return name !== undefined && coversRepository(asked, name) ? { ...run, repository: name } : undefined
}

/** Of the repositories asked for by name, those that there are no more. */
function movedAway(asked: readonly string[], moves: Moves) {
  return asked.flatMap((name) => {
    const move = name.endsWith('/*') ? undefined : moves.last(name)
    if (!move) return []
    const to = moves.nameOf(name, move.at)
    return to !== undefined && coversRepository(asked, to)
      ? []
      : [{ from: name, ...(to === undefined ? {} : { to }) }]
  })
}

function lastOf(id: string, placed: readonly Placed[]): Build {
  const [last, ...earlier] = placed.toSorted(latestFirst).map(({ run }) => run)
  if (last === undefined) throw new RangeError('a job has at least one run')
  const { name: _name, order: _order, reportedBy: _by, ofWorkflow: _of, doubted: _doubted, ...rest } = last
  const build = { id, ...rest }
  if (build.state !== 'running' && build.state !== 'queued') return build
  const ended = earlier.find(({ state }) => state === 'passed' || state === 'failed')?.state
  return ended === 'passed' || ended === 'failed' ? { ...build, before: ended } : build
}

function latestFirst(a: Placed, b: Placed): number {
  for (const [index, own] of a.run.order.entries()) {
    const difference = (b.run.order[index] ?? 0) - own
    if (difference !== 0) return difference
  }
  return a.tie < b.tie ? 1 : a.tie > b.tie ? -1 : 0
}
