import { setTimeout } from 'node:timers/promises'
import { monotonic } from './clock.ts'
import { type Crowd, openCrowd } from './crowd.ts'
import type { PlainBroadcastVerbs } from './plain-broadcast.program.ts'
import { startProgram } from './program.ts'
import type { Row } from './row.ts'
import { figure, inWords, spreadOf } from './spread.ts'
import { openWatchedHub } from './watched-hub.ts'

const STREAMS = 10_000
const ROUNDS = 6
/** Broadcasts a round, so that what happens now and then is shared out among them. */
const BROADCASTS = 4
/** nchan took 10.5 µs where a plain `response.write` took 14: what is at or below nchan is at or below this share. */
const NCHAN = 10.5 / 14

/** One event to ten thousand streams, in turn with a server that only writes. */
export async function fanOut(): Promise<readonly Row[]> {
  const hub = await openWatchedHub()
  const plain = await startProgram<PlainBroadcastVerbs>('plain-broadcast')
  const ours = await openCrowd(hub.streamUrl, STREAMS)
  const theirs = await openCrowd(`http://127.0.0.1:${await plain.ask('listen')}/`, STREAMS)
  try {
    // A frame as long as ours.
    const frame = `event: widget\ndata: {${'"member":"of a frame",'.repeat(16)}"data":{"as":"number","value":1}}\nid: 1:1\n\n`
    const rounds: { ours: Cost; theirs: Cost; lag: number }[] = []
    await hub.product.lag()
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        theirs: await costOf(plain, theirs, () => plain.ask('broadcast', frame)),
        ours: await costOf(hub.product, ours, hub.change),
        lag: await hub.product.lag(),
      })
    }
    // The first compiles what the others run.
    const warm = rounds.slice(1)
    const ratio = spreadOf(warm.map((round) => round.ours.cpu / round.theirs.cpu))
    const lag = spreadOf(warm.map((round) => round.lag))
    return [
      {
        what: 'SSE fan-out to 10,000 streams, CPU per delivery',
        target: `at or below nchan: ${figure(NCHAN)} of a plain \`response.write\` in the same run`,
        measured: `${inWords(spreadOf(warm.map((round) => round.ours.cpu)))} µs; plain ${inWords(spreadOf(warm.map((round) => round.theirs.cpu)))} µs; ratio ${inWords(ratio)}`,
        met: ratio.median <= NCHAN,
      },
      {
        what: 'the same: from the event on the bus to the last stream',
        target: 'reported',
        measured: `${inWords(spreadOf(warm.map((round) => round.ours.last)))} ms`,
      },
      {
        what: 'the same: most the event loop was late',
        target: '<= 20 ms',
        measured: `${inWords(lag)} ms`,
        met: lag.median <= 20,
      },
    ]
  } finally {
    await Promise.all([ours.stop(), theirs.stop(), plain.stop(), hub.stop()])
  }
}

interface Cost {
  /** µs a delivery, without what the process uses when idle. */
  readonly cpu: number
  /** Milliseconds until the last stream had it. */
  readonly last: number
}

/** Milliseconds over which the idle process is watched. */
const IDLE = 1_000

async function costOf(
  sender: { usage(): Promise<{ cpu: number }> },
  crowd: Crowd,
  send: () => Promise<unknown>,
): Promise<Cost> {
  const before = await sender.usage()
  await setTimeout(IDLE)
  const idle = await sender.usage()
  const began = monotonic()
  const lasts: number[] = []
  for (let n = 0; n < BROADCASTS; n++) {
    await crowd.arm()
    const sent = monotonic()
    await send()
    lasts.push((await crowd.received()).last - sent)
    // What follows a broadcast, freeing its memory above all, is part of its cost.
    await setTimeout(100)
  }
  const after = await sender.usage()
  const resting = ((idle.cpu - before.cpu) / IDLE) * (monotonic() - began)
  const cpu = ((after.cpu - idle.cpu - resting) * 1_000) / (STREAMS * BROADCASTS)
  return { cpu, last: spreadOf(lasts).median }
}
