import { BACKLOG, type Flooded } from './flood.ts'
import type { Repeated } from './latencies.ts'
import type { Spent } from './processes.ts'
import { figure, spreadOf } from './spread.ts'

/** What stands behind floods of the bus; of `done` it is the count `what` that tells the rate. */
export function floods(windows: readonly Flooded[], what: keyof Flooded['done']): readonly string[] {
  const achieved = windows.map(({ done, seconds }) => done[what] / seconds)
  const seconds = windows.reduce((total, window) => total + window.seconds, 0)
  return [
    `Offered: as many as it takes, at least ${BACKLOG.toLocaleString('en')} always wait on the bus; achieved ${figure(spreadOf(achieved).median)}/s on the clock.`,
    each('A second on the clock, in', achieved),
    cpu(sum(windows.map(({ spent }) => spent)), seconds),
  ]
}

/** `Offered 125/s, achieved 125/s.` */
export function rates(offered: number, achieved: number): string {
  return `Offered ${figure(offered)}/s, achieved ${figure(achieved)}/s.`
}

/** All repeats together, then each by itself. */
export function percentiles(what: string, times: Repeated): string {
  return `${what}: ${times.all.inWords()}; in each repeat ${times.eachInWords(50, 99)}.`
}

/** `CPU in 10.0 s: Hubs 1.20, Redis 0.31 s.` */
export function cpu(spent: Spent, seconds: number): string {
  const parts = Object.entries(spent).map(([name, ms]) => `${name} ${figure(ms / 1_000)}`)
  return `CPU in ${figure(seconds)} s: ${parts.join(', ')} s.`
}

/** The same times of several windows together. */
function sum(all: readonly Spent[]): Spent {
  const names = Object.keys(all[0] ?? {})
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((total, spent) => total + (spent[name] ?? 0), 0)]),
  )
}

/** `A second in each repeat: 1.2, 1.3, 1.1 µs.` */
export function each(what: string, values: readonly number[], unit = ''): string {
  return `${what} each repeat: ${values.map(figure).join(', ')}${unit}.`
}
