import { setTimeout } from 'node:timers/promises'
import type { Broadcaster } from './broadcaster.ts'
import { BARE, broadcasters, HUBS, NCHAN, PLAIN } from './broadcasters.ts'
import { monotonic } from './clock.ts'
import { type Crowd, openCrowd } from './crowd.ts'
import { each, percentiles } from './details.ts'
import { type Repeated, repeated } from './latencies.ts'
import { inKernel, usageOf } from './processes.ts'
import { inShares, type Profile } from './profile.ts'
import type { Row } from './row.ts'
import { figure, inWords, spreadOf } from './spread.ts'

const STREAMS = 10_000
const REPEATS = 5
/** Broadcasts a repeat, so that what happens now and then is shared out among them, and milliseconds between two. */
const BROADCASTS = 3
/** Repeats before those that count, in which V8 compiles what they run. */
const WARM = 3
const EVERY = 800
/** Milliseconds over which each process is watched in each turn while nothing happens: a second's beats and more. */
const IDLE = 2_000
/** nchan took 10.5 µs where a plain `response.write` took 14; this is for machines that cannot have it. */
const NCHAN_TO_PLAIN = 10.5 / 14

interface Contender {
  readonly name: string
  readonly server: Broadcaster
  readonly crowd: Crowd
  /** Milliseconds of CPU a millisecond when nothing happens, in each turn, and those of them in the kernel. */
  readonly rests: number[]
  readonly kernelRests: number[]
  /** Milliseconds of CPU, those of them in the kernel, and how long it took, in each turn. */
  readonly turns: { readonly cpu: number; readonly kernel: number; readonly ms: number }[]
  /** µs of the load generator's, a delivery. */
  readonly taking: number[]
  /** Milliseconds from when a broadcast was due until each stream had it. */
  readonly deliveries: Repeated
  /** The same until the last stream had it. */
  readonly lasts: number[]
  readonly lags: number[]
}

/** One event to ten thousand streams, in turn with others that do the same. */
export async function fanOut(): Promise<readonly Row[]> {
  const contenders: Contender[] = []
  const absent: string[] = []
  try {
    for (const [name, open] of Object.entries(broadcasters)) {
      const server = await open().catch((error: Error) => {
        if (name === HUBS) throw error
        absent.push(`${name} is not beside it: ${error.message.trim().replaceAll(/\s*\n\s*/g, ' ')}`)
      })
      if (!server) continue
      const crowd = await openCrowd(server.streamUrl, STREAMS)
      contenders.push({ name, server, crowd, ...empty() })
    }
    for (let turn = 0; turn < WARM; turn++)
      for (const contender of contenders) await repeat({ ...contender, ...empty() })
    for (let turn = 0; turn < REPEATS; turn++) for (const contender of contenders) await repeat(contender)
    const ours = contenders.find(({ name }) => name === HUBS)
    const profile = await ours?.server.profile?.(async () => {
      for (let turn = 0; turn < REPEATS; turn++) await repeat({ ...ours, ...empty() })
    })
    return rowsOf(contenders, absent, profile)
  } finally {
    for (const { crowd, server } of contenders) await Promise.all([crowd.stop(), server.stop()])
  }
}

const empty = () => ({
  rests: [],
  kernelRests: [],
  turns: [],
  taking: [],
  lasts: [],
  lags: [],
  deliveries: repeated(),
})

async function rest({ server, rests, kernelRests }: Contender): Promise<void> {
  const began = monotonic()
  const before = await server.usage()
  const kernel = inKernel(server.pid)
  await setTimeout(IDLE)
  const { cpu } = await server.usage()
  const ms = monotonic() - began
  rests.push((cpu - before.cpu) / ms)
  kernelRests.push((inKernel(server.pid) - kernel) / ms)
}

/** µs a delivery in each turn, less what the process uses when idle: one turn's rest may hold a garbage collection. */
function costsOf({ rests, turns }: Contender): readonly number[] {
  const { median } = spreadOf(rests)
  return turns.map(({ cpu, ms }) => perDelivery(cpu - median * ms))
}

/** µs of it in the kernel. */
function kernelCostsOf({ kernelRests, turns }: Contender): readonly number[] {
  const { median } = spreadOf(kernelRests)
  return turns.map(({ kernel, ms }) => perDelivery(kernel - median * ms))
}

const perDelivery = (ms: number): number => (ms * 1_000) / (STREAMS * BROADCASTS)

async function repeat(into: Contender): Promise<void> {
  const { server, crowd } = into
  into.deliveries.next()
  await rest(into)
  await server.lag?.()
  const before = await server.usage()
  const kernel = inKernel(server.pid)
  const taker = usageOf(crowd.pid).cpu
  const began = monotonic()
  for (let n = 0; n < BROADCASTS; n++) {
    await crowd.arm()
    // One that takes too long makes the next late, which counts.
    const due = began + (n + 1) * EVERY
    await setTimeout(Math.max(0, due - monotonic()))
    await server.broadcast()
    const { at, last } = await crowd.received()
    for (const one of at) into.deliveries.add(one - due)
    into.lasts.push(last - due)
  }
  // What follows a broadcast, freeing its memory above all, is part of its cost.
  await setTimeout(EVERY / 2)
  const after = await server.usage()
  into.turns.push({
    cpu: after.cpu - before.cpu,
    kernel: inKernel(server.pid) - kernel,
    ms: monotonic() - began,
  })
  into.taking.push(perDelivery(usageOf(crowd.pid).cpu - taker))
  if (server.lag) into.lags.push(await server.lag())
}

function rowsOf(
  contenders: readonly Contender[],
  absent: readonly string[],
  profile: Profile | undefined,
): readonly Row[] {
  const named = (name: string) => contenders.find((contender) => contender.name === name)
  const ours = named(HUBS) as Contender
  const others = contenders.filter((contender) => contender !== ours)
  const nchan = named(NCHAN)
  const plain = named(PLAIN) as Contender
  const besides = costsOf(nchan ?? plain)
  const ratio = spreadOf(costsOf(ours).map((cost, n) => cost / (besides[n] ?? Number.NaN)))
  const described = (contender: Contender) => `${contender.name} ${inWords(spreadOf(costsOf(contender)))}`
  const lag = spreadOf(ours.lags)
  return [
    {
      what: 'SSE fan-out to 10,000 streams, CPU per delivery',
      target: 'at or below nchan in the same run',
      measured: `${inWords(spreadOf(costsOf(ours)))} µs; ${others.map(described).join('; ')} µs; ratio to ${(nchan ?? plain).name} ${inWords(ratio)}`,
      met: ratio.median <= (nchan ? 1 : NCHAN_TO_PLAIN),
      details: [
        `Each in turn, ${REPEATS} times ${BROADCASTS} broadcasts of one frame of about 310 bytes, one every ${EVERY} ms; what the process uses when idle is taken off.`,
        ...contenders.map((contender) => each(`${contender.name}, in`, costsOf(contender), ' µs')),
        ...contenders.map((contender) =>
          each(`${contender.name}, of it in the kernel, in`, kernelCostsOf(contender), ' µs'),
        ),
        ...(profile ? [`${HUBS}, while it broadcasts and rests. ${inShares(profile)}`] : []),
        `${BARE} is its floor: one frame made once, one write to each socket, and no load, no session, no HTTP.`,
        ...contenders.map(({ name, rests }) =>
          each(
            `${name} at rest, milliseconds of CPU a second, in`,
            rests.map((share) => share * 1_000),
          ),
        ),
        ...contenders.map(({ name, taking }) => each(`Load generator of ${name}, in`, taking, ' µs')),
        ...absent,
        ...(nchan ? [] : [`Without nchan the target is ${figure(NCHAN_TO_PLAIN)} of ${PLAIN}.`]),
      ],
    },
    {
      what: 'the same: from when the event was due on the bus to the last stream',
      target: 'reported',
      measured: `${inWords(spreadOf(ours.lasts))} ms; ${others.map(({ name, lasts }) => `${name} ${inWords(spreadOf(lasts))}`).join('; ')} ms`,
      details: [
        'Hubs loads the number over HTTP first; the others are handed the frame.',
        ...contenders.map(({ name, deliveries }) => percentiles(name, deliveries)),
      ],
    },
    {
      what: 'the same: most the event loop was late',
      target: '<= 20 ms',
      measured: `${inWords(lag)} ms`,
      met: lag.median <= 20,
    },
  ]
}
