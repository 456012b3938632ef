import type { DataOf, LoggedEvent } from '../define.ts'
import { type Run, runOf } from './run.ts'
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

/** The last state of every job by what the events themselves say, so their order and repeats do not matter. */
export function foldBuilds(
  events: readonly LoggedEvent[],
  { branches, limit }: { readonly branches?: readonly string[] | undefined; readonly limit: number },
): Data {
  const runs = events.map((event) => ({ run: runOf(event), event }))
  const told = new Set(runs.map(({ run }) => (run?.told === 'workflow_run' ? run.repository : undefined)))
  const jobs = new Map<string, Placed[]>()
  for (const { run, event } of runs) {
    if (run === undefined) continue
    if (run.told === 'check_run' && run.ofWorkflow && told.has(run.repository)) continue
    if (branches && run.branch !== undefined && !branches.includes(run.branch)) continue
    const known = jobs.get(run.id)
    const placed = { run, tie: `${event.source} ${event.id}` }
    if (known) known.push(placed)
    else jobs.set(run.id, [placed])
  }
  const all = [...jobs.values()]
    .map(lastOf)
    .sort(
      (a, b) =>
        ranks[a.state] - ranks[b.state] || b.time - a.time || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0),
    )
  const counts: Data['counts'] = { failed: 0, running: 0, queued: 0, passed: 0, cancelled: 0, skipped: 0 }
  for (const { state } of all) counts[state]++
  return { builds: all.slice(0, limit), counts }
}

interface Placed {
  readonly run: Run
  readonly tie: string
}

function lastOf(placed: readonly Placed[]): Build {
  const [last, ...earlier] = placed.toSorted(latestFirst).map(({ run }) => run)
  if (last === undefined) throw new RangeError('a job has at least one run')
  const { order: _order, told: _told, ofWorkflow: _ofWorkflow, ...build } = last
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
