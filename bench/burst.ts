import { setTimeout } from 'node:timers/promises'
import { monotonic } from './clock.ts'
import { cpu, each } from './details.ts'
import { openLine } from './line.ts'
import { watchCpu } from './processes.ts'
import { inShares } from './profile.ts'
import type { Row } from './row.ts'
import { figure, inWords, spreadOf } from './spread.ts'

const EVENTS = 30_000
/** Widgets, so that the events of a burst concern the same over and over. */
const WIDGETS = 1_000
const REPEATS = 5

/** What it costs to catch up with events that all make something stale which reads the event log. */
export async function burst(): Promise<readonly Row[]> {
  const line = await openLine({ widgets: WIDGETS, live: 0, hubSize: 1, reads: true, upTo: 'invalidate' })
  let published = 0
  async function caughtUp() {
    const watch = watchCpu(line.processes)
    const began = monotonic()
    await line.publisher.ask('mix', { from: published, count: EVENTS, widgets: WIDGETS, matches: 1 })
    published += EVENTS
    while ((await line.program.ask('counts')).logged < published) await setTimeout(20)
    return { seconds: (monotonic() - began) / 1_000, spent: watch() }
  }
  try {
    // The first compiles what the others run.
    await caughtUp()
    const bursts = []
    for (let repeat = 0; repeat < REPEATS; repeat++) bursts.push(await caughtUp())
    await line.program.ask('profile')
    await caughtUp()
    const profile = await line.program.ask('profiled')
    const micros = bursts.map(({ spent }) => (((spent.Hubs ?? 0) + (spent.Postgres ?? 0)) * 1_000) / EVENTS)
    return [
      {
        what: `catching up with a burst of ${EVENTS.toLocaleString('en')} events whose widgets read the event log`,
        target: 'reported',
        measured: `${inWords(spreadOf(micros))} µs of CPU an event, of Hubs and Postgres; ${figure(EVENTS / spreadOf(bursts.map(({ seconds }) => seconds)).median)}/s on the clock`,
        details: [
          each(
            'Seconds on the clock, in',
            bursts.map(({ seconds }) => seconds),
          ),
          ...bursts.map(({ spent, seconds }) => cpu(spent, seconds)),
          inShares(profile),
        ],
      },
    ]
  } finally {
    await line.stop()
  }
}
