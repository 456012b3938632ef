import { setTimeout } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { monotonic } from './clock.ts'
import { openCrowd } from './crowd.ts'
import { cpu, each, percentiles } from './details.ts'
import { repeated } from './latencies.ts'
import { watchCpu } from './processes.ts'
import type { Row } from './row.ts'
import { inWords, spreadOf } from './spread.ts'
import { NUMBER, openWatchedHub } from './watched-hub.ts'

const STREAMS = 10_000
const REPEATS = 5
/** Milliseconds after a storm until all is at rest, and over which it is then watched, once. */
const IDLE = 2_000

/** All streams of one process cut at once, each of which comes back at once with its cursor. */
export async function storm(): Promise<readonly Row[]> {
  const hub = await openWatchedHub()
  const redis = new Redis(hub.product.stores?.redis.url ?? '')
  const crowd = await openCrowd(hub.streamUrl, STREAMS)
  const back = repeated()
  const lasts: number[] = []
  const costs: number[] = []
  const commands: number[] = []
  const resting: number[] = []
  let frames = 0
  let resets = 0
  try {
    // So that each has a cursor.
    await crowd.arm()
    await hub.change()
    await crowd.received()
    // The first compiles what the others run.
    await crowd.storm()
    const loadsBefore = hub.truth.loads(NUMBER)
    const watch = watchCpu({ ...hub.processes, 'load generator': [crowd.pid] })
    await setTimeout(IDLE)
    const atRest = { at: monotonic(), commands: await commandsOf(redis) }
    watch()
    await setTimeout(IDLE)
    const idle = {
      spent: watch(),
      commands: (await commandsOf(redis)) - atRest.commands,
      ms: monotonic() - atRest.at,
    }
    const total = { seconds: 0, spent: {} as Record<string, number> }
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const began = { at: monotonic(), commands: await commandsOf(redis) }
      watch()
      const came = await crowd.storm()
      const spent = watch()
      // Of what was seen at rest, as much as the storm took.
      const share = (monotonic() - began.at) / idle.ms
      const after = await commandsOf(redis)
      back.next()
      for (const ms of came.back) back.add(ms)
      frames += came.frames
      resets += came.resets
      lasts.push(came.back.reduce((most, ms) => Math.max(most, ms), 0))
      costs.push((((spent.Hubs ?? 0) - (idle.spent.Hubs ?? 0) * share) * 1_000) / STREAMS)
      commands.push(after - began.commands)
      resting.push(idle.commands * share)
      total.seconds += (monotonic() - began.at) / 1_000
      for (const [name, ms] of Object.entries(spent)) total.spent[name] = (total.spent[name] ?? 0) + ms
      await setTimeout(IDLE)
    }
    const loads = hub.truth.loads(NUMBER) - loadsBefore
    return [
      {
        what: '10,000 streams of one process dropped at once and back with their cursors',
        target: '0 loads, 0 frames sent again',
        measured: `all back after ${inWords(spreadOf(lasts))} ms; ${inWords(spreadOf(costs))} µs of CPU a stream; ${inWords(spreadOf(commands))} commands to Redis, at rest ${inWords(spreadOf(resting))}; ${loads} loads, ${frames} frames`,
        met: loads === 0 && frames === 0,
        details: [
          'All connections are opened at one time; what the process uses when nothing happens is taken off its CPU. Commands inside scripts count.',
          percentiles('From the cut until a stream had its first bytes', back),
          `Connections that were reset before their first byte, and at once opened again: ${resets}.`,
          each('CPU a stream, in', costs, ' µs'),
          each('Commands to Redis, in', commands),
          each('Commands to Redis in the same time at rest, in', resting),
          cpu(total.spent, total.seconds),
        ],
      },
    ]
  } finally {
    redis.disconnect()
    await crowd.stop()
    await hub.stop()
  }
}

async function commandsOf(redis: Redis): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(await redis.info('stats'))?.[1])
}
