import type { OpenBroadcaster } from './broadcaster.ts'
import { broadcasters, HUBS } from './broadcasters.ts'
import { openCrowd } from './crowd.ts'
import { each } from './details.ts'
import type { Row } from './row.ts'
import { inWords, spreadOf } from './spread.ts'

const STREAMS = 10_000
/** Each with a process of its own: memory that was let go is taken again, and would not be seen. */
const REPEATS = 3

/** What a process holds for streams on which nothing happens, KB a stream. */
interface Held {
  readonly idle: number
  readonly idleHeap: number
  /** Once each has been sent one frame. */
  readonly after: number
}

export async function idleStreams(): Promise<readonly Row[]> {
  const held = new Map<string, Held[]>()
  const absent: string[] = []
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    for (const [name, open] of Object.entries(broadcasters)) {
      try {
        held.set(name, [...(held.get(name) ?? []), await hold(open)])
      } catch (error) {
        if (name === HUBS) throw error
        if (repeat === 0) absent.push(`${name} is not beside it: ${(error as Error).message}`)
      }
    }
  }
  const inEach = (name: string, of: (held: Held) => number) =>
    inWords(spreadOf((held.get(name) ?? []).map(of)))
  const idle = spreadOf((held.get(HUBS) ?? []).map((one) => one.idle))
  const others = [...held.keys()].filter((name) => name !== HUBS)
  return [
    {
      what: 'memory per idle stream',
      target: '<= 16 KB in the process',
      measured: `${inWords(idle)} KB (of which heap ${inEach(HUBS, (one) => one.idleHeap)}); ${others.map((name) => `${name} ${inEach(name, (one) => one.idle)}`).join('; ')} KB`,
      met: idle.median <= 16,
      details: [
        'Resident memory, in a fresh process each time, after a garbage collection where there is one; nchan keeps its streams in shared memory, which counts. What the kernel holds for each socket comes on top, alike for all.',
        ...[...held].map(([name, all]) =>
          each(
            `${name}, in`,
            all.map((one) => one.idle),
            ' KB',
          ),
        ),
        ...[...held].map(([name, all]) =>
          each(
            `${name} after a broadcast, in`,
            all.map((one) => one.after),
            ' KB',
          ),
        ),
        ...absent,
      ],
    },
  ]
}

async function hold(open: OpenBroadcaster): Promise<Held> {
  const server = await open()
  try {
    // What the first streams of all make it load and compile is not theirs.
    await (await openCrowd(server.streamUrl, 100)).stop()
    const before = await server.usage(true)
    const crowd = await openCrowd(server.streamUrl, STREAMS)
    try {
      const idle = await server.usage(true)
      await crowd.arm()
      await server.broadcast()
      await crowd.received()
      const after = await server.usage(true)
      const each = (bytes: number) => bytes / STREAMS / 1024
      return {
        idle: each(idle.rss - before.rss),
        idleHeap: each(idle.heap - before.heap),
        after: each(after.rss - before.rss),
      }
    } finally {
      await crowd.stop()
    }
  } finally {
    await server.stop()
  }
}
