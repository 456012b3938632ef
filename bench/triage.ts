import type { BareConsumerVerbs } from './bare-consumer.program.ts'
import { each, floods } from './details.ts'
import { type Flooded, flood, profiledFlood } from './flood.ts'
import { type BenchLine, openLine } from './line.ts'
import type { MatchingVerbs } from './matching.program.ts'
import { inShares } from './profile.ts'
import { startProgram } from './program.ts'
import type { Row } from './row.ts'
import { figure, inWords, type Spread, spreadOf } from './spread.ts'

const WIDGETS = 100_000
const EVENTS = 100_000
/** Events of a scan, which looks at every widget for each. */
const SCANNED = 200
const REPEATS = 5
/** Messages that the bare client takes in one repeat. */
const BARE = 20_000
/** Milliseconds of one repeat of the whole. */
const WINDOW = 1_000

/** From the event on the bus to the invalidation in Redis, and the matching index by itself. */
export async function triage(): Promise<readonly Row[]> {
  return [...(await whole()), ...(await index())]
}

async function whole(): Promise<readonly Row[]> {
  const seldom = await rateOf(0.1, false, true)
  const always = await rateOf(1, false)
  const logged = await rateOf(0.1, true)
  return [
    {
      what: 'triage, NATS to Redis: events a second and core at 100,000 widgets, 0.1 matches an event',
      target: '>= 50,000/s',
      measured: `${inWords(seldom.rate)}/s`,
      met: seldom.rate.median >= 50_000,
      details: seldom.details,
    },
    {
      what: 'the same messages pulled, parsed and acknowledged by the bare client, and nothing done with them',
      target: 'reported',
      measured: `${inWords(spreadOf(seldom.bare))} a second of CPU`,
    },
    {
      what: 'the same at 1 match an event',
      target: 'reported',
      measured: `${inWords(always.rate)}/s`,
      details: always.details,
    },
    {
      what: 'the same at 0.1, each event also logged in Postgres as far as the log keeps up',
      target: 'reported',
      measured: `${inWords(logged.rate)}/s`,
      details: logged.details,
    },
  ]
}

async function rateOf(
  matches: number,
  log: boolean,
  bare = false,
): Promise<{ rate: Spread; bare: readonly number[]; details: readonly string[] }> {
  const line = await openLine({ widgets: WIDGETS, live: 0, hubSize: 1, upTo: 'invalidate', log })
  let published = 0
  const publish = async (_: number, count: number) => {
    await line.publisher.ask('mix', { from: published, count, widgets: WIDGETS, matches })
    published += count
  }
  try {
    const windows: Flooded[] = []
    // The first compiles what the others run.
    await flood(line, publish, WINDOW)
    for (let repeat = 0; repeat < REPEATS; repeat++) windows.push(await flood(line, publish, WINDOW))
    const rates = windows.map(({ done, cpu }) => done.events / cpu)
    const profile = await profiledFlood(line, publish, WINDOW)
    return {
      rate: spreadOf(rates),
      bare: bare ? await bareRates(line) : [],
      details: [
        ...floods(windows, 'events'),
        each('A second of CPU of the process, in', rates),
        inShares(profile),
      ],
    }
  } finally {
    await line.stop()
  }
}

/** Of the messages that the line has taken, which are on the bus still. */
async function bareRates({ nats }: BenchLine): Promise<readonly number[]> {
  const program = await startProgram<BareConsumerVerbs>('bare-consumer')
  try {
    const rates: number[] = []
    for (let repeat = 0; repeat <= REPEATS; repeat++)
      rates.push(await program.ask('consume', { servers: nats.url, count: BARE }))
    return rates.slice(1)
  } finally {
    await program.stop()
  }
}

async function index(): Promise<readonly Row[]> {
  const program = await startProgram<MatchingVerbs>('matching', { execArgv: ['--max-old-space-size=6144'] })
  try {
    const few = await matching(10_000)
    const many = await matching(WIDGETS)
    const scan = await scanning()
    const most = await matching(1_000_000)
    const ratio = most.alone.median / few.alone.median
    return [
      {
        what: 'matching alone at 100,000 widgets, 0.1 matches an event',
        target: 'reported',
        measured: `${inWords(many.alone)} µs an event; with parsing ${inWords(many.withParsing)} µs; a scan of the compiled predicates of all ${inWords(scan.each)} µs`,
        details: [
          `Index and scan agree: ${scan.found} matches in ${SCANNED} events.`,
          `The scan takes ${figure(scan.each.median / many.alone.median)} times as long.`,
        ],
      },
      {
        what: 'one lookup of a string in a bare Map of as many keys, 1,000,000 against 10,000',
        target: 'reported',
        measured: `${figure(most.lookup.median / few.lookup.median)} times: ${inWords(few.lookup)} and ${inWords(most.lookup)} µs`,
      },
      {
        what: 'matching alone, 1,000,000 widgets against 10,000 at equal matches',
        target: '<= 1.5 times the time',
        measured: `${figure(ratio)} times: ${inWords(few.alone)} and ${inWords(most.alone)} µs; with parsing ${figure(most.withParsing.median / few.withParsing.median)} times; ${figure(most.bytes)} bytes a widget, filled in ${figure(most.ms / 1_000)} s`,
        met: ratio <= 1.5,
      },
    ]
  } finally {
    await program.stop()
  }

  /** Of the widgets that were filled in last. */
  async function scanning() {
    const each: number[] = []
    const { found } = await program.ask('match', { events: SCANNED, matches: 0.1 })
    for (let repeat = 0; repeat <= REPEATS; repeat++) {
      const scanned = await program.ask('scan', { events: SCANNED, matches: 0.1 })
      if (scanned.found !== found)
        throw new Error(`The index finds ${found} matches where a scan finds ${scanned.found}.`)
      if (repeat > 0) each.push(scanned.each)
    }
    return { each: spreadOf(each), found }
  }

  async function matching(widgets: number) {
    const { ms, bytes } = await program.ask('fill', widgets)
    const tries = []
    for (let repeat = 0; repeat <= REPEATS; repeat++)
      tries.push(await program.ask('match', { events: EVENTS, matches: 0.1 }))
    const warm = tries.slice(1)
    const lookups: number[] = []
    for (let repeat = 0; repeat <= REPEATS; repeat++) lookups.push(await program.ask('lookUp', EVENTS))
    return {
      ms,
      bytes,
      lookup: spreadOf(lookups.slice(1)),
      alone: spreadOf(warm.map(({ alone }) => alone)),
      withParsing: spreadOf(warm.map(({ withParsing }) => withParsing)),
    }
  }
}
