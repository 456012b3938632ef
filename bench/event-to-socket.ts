import { cpu, percentiles, rates } from './details.ts'
import { hops } from './hops.ts'
import { repeated } from './latencies.ts'
import { type BenchLine, openLine } from './line.ts'
import type { OpenLoopVerbs } from './open-loop.program.ts'
import { watchCpu } from './processes.ts'
import { type ChildProgram, startProgram } from './program.ts'
import type { Row } from './row.ts'
import { inWords, spreadOf } from './spread.ts'

const REPEATS = 5

/** Events are so far apart that the line is idle when each comes. */
const idle = { events: 500, every: 8, live: 30, trips: true }
/** 2,000 events a second, hardly two of them for one load. */
const loaded = { events: 4_000, every: 0.5, live: 5_000, trips: false }
/** Before any is timed: V8 goes on compiling what they run for some thousands of events. */
const warming = { events: 10_000, every: 1 }
const HUB = 100

/** From the publication on NATS to the frame at the client's end of the socket. */
export async function eventToSocket(): Promise<readonly Row[]> {
  const alone = await measure(idle, idle.live)
  const busy = await measure(loaded, HUB)
  return [
    {
      what: 'event on the bus → bytes at the browser socket, idle, no-op loader',
      target: 'p50 < 1 ms, p99 < 10 ms',
      measured: `${alone.times.inWords(50, 99)}; a bare round trip to Redis beside it ${alone.trips.inWords(50, 99)}`,
      met: alone.times.at(50) < 1 && alone.times.at(99) < 10,
      details: alone.details,
    },
    ...(alone.hops ? [alone.hops] : []),
    {
      what: 'the same with 2,000 events a second, each of which is a load and a push',
      target: 'reported',
      measured: `${busy.times.inWords(50, 99)}; ${inWords(spreadOf(busy.achieved))}/s achieved`,
      details: busy.details,
    },
  ]
}

async function measure(loop: typeof idle, hubSize: number) {
  const line = await openLine({ widgets: 1_000, live: loop.live, hubSize, upTo: 'push', log: false })
  const generator = await startProgram<OpenLoopVerbs>('open-loop')
  try {
    const hubs = Array.from({ length: loop.live / hubSize }, (_, n) => `hub=h${n}`)
    const stream = `${line.url}?${hubs.join('&')}`
    await generator.ask('open', { nats: line.nats.url, redis: line.redis.url, stream })
    const measured = await repeats(line, generator, loop)
    return { ...measured, hops: loop.trips ? await hops(line) : undefined }
  } finally {
    await generator.stop()
    await line.stop()
  }
}

async function repeats(line: BenchLine, generator: ChildProgram<OpenLoopVerbs>, loop: typeof idle) {
  const times = repeated()
  const trips = repeated()
  const late = repeated()
  const achieved: number[] = []
  await generator.ask('run', { ...loop, ...warming })
  const { publisher: _, ...processes } = line.processes
  const spent = watchCpu({ ...processes, 'load generator': [generator.pid] })
  let seconds = 0
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const ran = await generator.ask('run', loop)
    const each = [
      [times, ran.latencies],
      [trips, ran.trips],
      [late, ran.lateness],
    ] as const
    for (const [into, values] of each) {
      into.next()
      for (const ms of values) into.add(ms)
    }
    achieved.push((loop.events * 1_000) / ran.took)
    seconds += ran.took / 1_000
  }
  return {
    times,
    trips,
    achieved,
    details: [
      rates(1_000 / loop.every, spreadOf(achieved).median),
      percentiles('From when an event was due', times),
      ...(loop.trips ? [percentiles('Round trip to Redis', trips)] : []),
      `The load generator published ${late.all.inWords()} late, which the times include.`,
      `${cpu(spent(), seconds)} The load generator waits for the next event awake.`,
    ],
  }
}
