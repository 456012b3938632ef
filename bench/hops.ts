import type { HopsVerbs } from './hops.program.ts'
import { repeated } from './latencies.ts'
import type { BenchLine } from './line.ts'
import { startProgram } from './program.ts'
import type { Row } from './row.ts'
import { figure } from './spread.ts'

const REPEATS = 5
const TRIES = { count: 200, every: 8 }

const names = {
  bus: 'NATS, from publishing until it is pulled',
  script: 'a script on Redis that does nothing, there and back',
  feed: 'Redis, from XADD until a blocked XREAD has it',
  socket: 'a socket, from the write until the other end has it',
} as const

/** What an event passes one after another on its way, with nothing of ours in between: the floor. */
export async function hops({ nats, redis }: Pick<BenchLine, 'nats' | 'redis'>): Promise<Row> {
  const program = await startProgram<HopsVerbs>('hops')
  try {
    await program.ask('open', { nats: nats.url, redis: redis.url })
    const kinds = Object.keys(names) as (keyof typeof names)[]
    const times = Object.fromEntries(kinds.map((kind) => [kind, repeated()]))
    await program.ask('run', TRIES)
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const ran = await program.ask('run', TRIES)
      for (const kind of kinds) {
        times[kind]?.next()
        for (const ms of ran[kind]) times[kind]?.add(ms)
      }
    }
    const sum = kinds.reduce((total, kind) => total + (times[kind]?.at(50) ?? 0), 0)
    return {
      what: 'what of it is the stores’ and a socket’s: each hop alone, with both ends in one idle process',
      target: 'reported',
      measured: `p50 ${figure(sum)} ms in all`,
      details: kinds.map((kind) => `${names[kind]}: ${times[kind]?.inWords(50, 99)}.`),
    }
  } finally {
    await program.stop()
  }
}
