import { availableParallelism } from 'node:os'
import { openCrowd } from './crowd.ts'
import { each, floods } from './details.ts'
import { type Flooded, flood, profiledFlood } from './flood.ts'
import { openLine } from './line.ts'
import { inShares } from './profile.ts'
import type { Row } from './row.ts'
import { figure, inWords, spreadOf } from './spread.ts'

/** Watched keys, an event for each in turn, so that hardly two events fall into one load. */
const LIVE = 5_000
const HUB = 100
/** Milliseconds of one repeat. */
const WINDOW = 2_000
const REPEATS = 5

/** As many events as the line can take, each of which makes one watched widget be loaded, stored and pushed. */
export async function refreshes(): Promise<readonly Row[]> {
  const bare = await rateOf({ log: false })
  const logged = await rateOf({ log: true })
  return [
    {
      what: 'full refreshes a second (match, invalidate, load, commit, push), no-op loader, all on these cores',
      target: '>= 15,000/s',
      measured: `${bare.rate}; ${bare.cpu} of CPU each in the process`,
      met: bare.median >= 15_000,
      details: bare.details,
    },
    {
      what: 'the same, each event also logged in Postgres',
      target: 'reported',
      measured: `${logged.rate}; ${logged.cpu} of CPU each in the process`,
      details: logged.details,
    },
  ]
}

async function rateOf({ log }: { log: boolean }) {
  const opened = await openLine({ widgets: 0, live: LIVE, hubSize: HUB, upTo: 'push', log })
  const hubs = Array.from({ length: LIVE / HUB }, (_, n) => `hub=h${n}`)
  const crowd = await openCrowd(`${opened.url}?${hubs.join('&')}`, 1)
  const line = { ...opened, processes: { ...opened.processes, 'reader of the stream': [crowd.pid] } }
  const publish = (from: number, count: number) => line.publisher.ask('live', { live: LIVE, from, count })
  try {
    const windows: Flooded[] = []
    // The first compiles what the others run.
    await flood(line, publish, WINDOW)
    for (let repeat = 0; repeat < REPEATS; repeat++) windows.push(await flood(line, publish, WINDOW))
    const rate = spreadOf(windows.map(({ done, seconds }) => done.changed / seconds))
    const profile = await profiledFlood(line, publish, WINDOW)
    const costs = windows.map(({ done, cpu }) => (cpu * 1e6) / done.changed)
    return {
      median: rate.median,
      rate: `${inWords(rate)}/s`,
      cpu: `${inWords(spreadOf(costs))} µs`,
      details: [
        ...floods(windows, 'changed'),
        each('CPU of the process a refresh, in', costs, ' µs'),
        together(windows),
        inShares(profile),
      ],
    }
  } finally {
    await crowd.stop()
    await line.stop()
  }
}

/** What all processes need for one bounds what these cores can do, however well they share it. */
function together(windows: readonly Flooded[]): string {
  const costs = windows.map(
    ({ spent, done }) => (Object.values(spent).reduce((sum, ms) => sum + ms, 0) * 1_000) / done.changed,
  )
  const cost = spreadOf(costs)
  const cores = availableParallelism()
  return `All processes together: ${inWords(cost)} µs of CPU a refresh, with which ${cores} cores make at most ${figure((cores * 1e6) / cost.median)}/s.`
}
