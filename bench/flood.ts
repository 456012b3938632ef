import { setTimeout } from 'node:timers/promises'
import { monotonic } from './clock.ts'
import type { LineCounts } from './line.program.ts'
import type { BenchLine } from './line.ts'
import { type Spent, watchCpu } from './processes.ts'
import type { Profile } from './profile.ts'

/** Messages the bus holds more than the line has taken, at least, so that the line never waits for one. */
export const BACKLOG = 10_000
const AT_ONCE = 5_000

export interface Flooded {
  readonly seconds: number
  /** CPU seconds of the line's process. */
  readonly cpu: number
  /** Of the line, its stores and what publishes. */
  readonly spent: Spent
  readonly done: LineCounts
}

/** Keeps the bus full for `ms` and tells what the line did meanwhile. `publish` puts `count` events on the bus. */
export async function flood(
  { program, processes }: BenchLine,
  publish: (from: number, count: number) => Promise<void>,
  ms: number,
): Promise<Flooded> {
  const base = (await program.ask('counts')).events
  let sent = 0
  const fill = async () => {
    while (sent - ((await program.ask('counts')).events - base) < BACKLOG) {
      await publish(sent, AT_ONCE)
      sent += AT_ONCE
    }
  }
  const look = async () => ({
    at: monotonic(),
    cpu: (await program.usage()).cpu,
    counts: await program.ask('counts'),
  })
  await fill()
  const watch = watchCpu(processes)
  const before = await look()
  while (monotonic() - before.at < ms) {
    await fill()
    await setTimeout(5)
  }
  const after = await look()
  const spent = watch()
  // The next flood begins with an empty bus.
  while ((await program.ask('counts')).events - base < sent) await setTimeout(5)
  const names = Object.keys(after.counts) as (keyof LineCounts)[]
  const difference = (name: keyof LineCounts) => [name, after.counts[name] - before.counts[name]]
  return {
    seconds: (after.at - before.at) / 1_000,
    cpu: (after.cpu - before.cpu) / 1_000,
    spent,
    // Every name of the counts, each with a number.
    done: Object.fromEntries(names.map(difference)) as unknown as LineCounts,
  }
}

/** The same with a profile of the line's process, which costs it something: not to be told among the others. */
export async function profiledFlood(
  line: BenchLine,
  publish: (from: number, count: number) => Promise<void>,
  ms: number,
): Promise<Profile> {
  await line.program.ask('profile')
  await flood(line, publish, ms)
  return line.program.ask('profiled')
}
