import { openCrowd } from './crowd.ts'
import { each, floods } from './details.ts'
import { type Flooded, flood } from './flood.ts'
import { openLine } from './line.ts'
import type { Row } from './row.ts'
import { inWords, spreadOf } from './spread.ts'

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
  const line = await openLine({ widgets: 0, live: LIVE, hubSize: HUB, upTo: 'push', log })
  const hubs = Array.from({ length: LIVE / HUB }, (_, n) => `hub=h${n}`)
  const crowd = await openCrowd(`${line.url}?${hubs.join('&')}`, 1)
  const publish = (from: number, count: number) => line.publisher.ask('live', { live: LIVE, from, count })
  try {
    const windows: Flooded[] = []
    // The first compiles what the others run.
    await flood(line, publish, WINDOW)
    for (let repeat = 0; repeat < REPEATS; repeat++) windows.push(await flood(line, publish, WINDOW))
    const rate = spreadOf(windows.map(({ done, seconds }) => done.changed / seconds))
    const costs = windows.map(({ done, cpu }) => (cpu * 1e6) / done.changed)
    return {
      median: rate.median,
      rate: `${inWords(rate)}/s`,
      cpu: `${inWords(spreadOf(costs))} µs`,
      details: [...floods(windows, 'changed'), each('CPU of the process a refresh, in', costs, ' µs')],
    }
  } finally {
    await crowd.stop()
    await line.stop()
  }
}
