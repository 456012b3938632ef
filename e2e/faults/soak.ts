// npm run soak: churn of readers, hubs and events, and a fault now and then, for half an hour. --minutes 5 for a shorter one; --write puts the figures into docs/reliability.md.
import { execFileSync } from 'node:child_process'
import { setTimeout as rest } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { api, hubOf, numberWidget } from '#testing/api.ts'
import { machine } from '#testing/machine.ts'
import { random } from '#testing/random.ts'
import { openTruth } from '#testing/truth.ts'
import { writeSection } from '../../scripts/page-section.ts'
import { faults } from './faults.ts'
import { type Installation, openInstallation } from './installation.ts'
import { openReader, type Reader } from './reader.ts'
import { openTraffic } from './traffic.ts'
import { watchReaders } from './watch.ts'

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, write: { type: 'boolean', default: false } },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) {
  console.error('--minutes must be a number above 0.')
  process.exit(2)
}

const READERS = 10
/** Milliseconds between a reader who comes and one who goes. */
const READER_EVERY = 3_000
/** Milliseconds between two hubs that come or go. */
const HUB_EVERY = 2_000
const HUBS = 20
/** Milliseconds between the end of a fault and the next. */
const FAULT_EVERY = 20_000
/** Milliseconds after which memory counts as that of a process at work. */
const WARM = 60_000
/** Milliseconds between two changes of what seldom changes. */
const RARE_EVERY = 45_000
const BEHIND = 1_500
/** As for the suite of faults. */
const HONEST_WITHIN = 15_000

const chance = random('soak')
const began = performance.now()
const over = AbortSignal.timeout(minutes * 60_000)
const [truth, installation] = await Promise.all([openTruth(), openInstallation()])
const { proxy } = installation
const traffic = await openTraffic(api(proxy.url), truth)
const readers: Reader[] = []
const watch = watchReaders(readers, traffic, BEHIND)
const scene = { ...installation, truth, traffic, watch }
// Of the others one is never ended, so that its memory can be compared.
const chosen = faults.filter(({ long, endsAll }) => !long && !endsAll)
const happened = new Map<string, number>()
let came = 0
let edits = 0

async function openOne(): Promise<void> {
  came += 1
  const [slug = ''] = [chance.of(traffic.slugs)]
  readers.push(await openReader(`reader ${came}`, proxy.url, [slug]))
}

/** Repeats until the time is over. */
async function repeat(
  every: number,
  act: () => Promise<void>,
  failed: (error: unknown) => void,
): Promise<void> {
  while (!over.aborted) {
    await act().catch(failed)
    await rest(every)
  }
}

/** What a reader or an editor meets while something is away; they come again. */
const notNow = () => {}
const broken: unknown[] = []
const note = (error: unknown): void => {
  console.error(error)
  broken.push(error)
}

async function changeReader(): Promise<void> {
  const [gone] = readers.splice(chance.below(readers.length), 1)
  await gone?.close()
  while (readers.length < READERS) await openOne()
}

async function changeHub(): Promise<void> {
  const slug = `extra-${chance.below(HUBS)}`
  const to = api(proxy.url)
  const answer =
    chance.next() < 0.4
      ? await to.send('DELETE', `/api/v1/hubs/${slug}`)
      : await to.send('PUT', `/api/v1/hubs/${slug}`, hubOf(slug, [numberWidget(truth.url(slug), slug)]))
  await answer.body?.cancel()
  edits += 1
  if (edits % 5 === 0) await traffic.edit(chance.of(traffic.slugs))
}

async function happenOnce(): Promise<void> {
  const fault = chance.of(chosen)
  console.log(`${((performance.now() - began) / 60_000).toFixed(1)} min: ${fault.name}`)
  await fault.happen(scene)
  happened.set(fault.name, (happened.get(fault.name) ?? 0) + 1)
  await watch.untilCurrent()
}

const megabytes = (kilobytes: number) => `${(kilobytes / 1024).toFixed(0)} MB`

/** Resident memory of each process, in kilobytes. */
function memory({ members }: Installation): ReadonlyMap<string, { pid: number; resident: number }> {
  const table = execFileSync('ps', ['-o', 'pid=,rss=,comm=', '--ppid', String(process.pid)], {
    encoding: 'utf8',
  })
  const names = new Map(members.map(({ name, product }) => [product.pid, name]))
  const rows = table
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return new Map(
    rows.flatMap(([pid = '', resident = '', command = '']) => {
      const name = names.get(Number(pid)) ?? (/redis|nats|postgres/.exec(command)?.[0] || undefined)
      return name ? [[name, { pid: Number(pid), resident: Number(resident) }]] : []
    }),
  )
}

/** Sums a figure over the daemons; a restarted one begins at 0 again. */
async function figure(name: string): Promise<number> {
  const texts = await Promise.all(
    installation.daemons.map(async ({ product }) => (await fetch(`${product.url}/metrics`)).text()),
  )
  return texts.reduce(
    (sum, text) => sum + Number(new RegExp(`^hubs_${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0),
    0,
  )
}

/** How often it was right, as “99.99 % (four nines)”. */
function nines(wrong: number, all: number): string {
  if (all === 0) return 'no sample'
  const share = `${((1 - wrong / all) * 100).toFixed(6)} %`
  return wrong === 0 ? `${share}, none wrong` : `${share}, ${Math.floor(-Math.log10(wrong / all))} nines`
}

while (readers.length < READERS) await openOne()
traffic.go()
let start: ReturnType<typeof memory> = new Map()
const warm = rest(WARM).then(() => {
  start = memory(installation)
})
await Promise.all([
  repeat(READER_EVERY, changeReader, notNow),
  repeat(HUB_EVERY, changeHub, notNow),
  repeat(RARE_EVERY, traffic.changeRare, note),
  rest(FAULT_EVERY).then(() => repeat(FAULT_EVERY, happenOnce, note)),
])
await traffic.halt()
await watch.untilTrue()
await warm
const end = memory(installation)
const [consistent, inconsistent] = [
  await figure('audits_consistent_total'),
  await figure('audits_inconsistent_total'),
]

const rows = [...end].map(([name, { pid, resident }]) => {
  const before = start.get(name)
  const at = before === undefined ? '' : megabytes(before.resident)
  return `| ${name} | ${at} | ${megabytes(resident)} | ${before?.pid === pid ? '' : 'ended and started again meanwhile'} |`
})
const count = (n: number) => n.toLocaleString('en')
const text = [
  ...(await machine()),
  `${new Date().toISOString().slice(0, 10)}, ${minutes} min: ${count(traffic.changes)} changes, ${count(came)} readers (${READERS} at a time), ${count(edits)} edits of hubs, ${[...happened.values()].reduce((sum, n) => sum + n, 0)} faults of ${happened.size} kinds.`,
  `- Cards that said they were fresh on pages that said they were live, looked at ten times a second: ${count(watch.looked)}; nothing missing from them for longer than 12 s, the 10 s that the line may be behind and the 2 s between two pulses: ${nines(watch.lacking, watch.looked)}. Longest: ${(watch.worst.ms / 1_000).toFixed(1)} s.`,
  `- Audits (design 6.14): ${count(consistent + inconsistent)}; consistent: ${nines(inconsistent, consistent + inconsistent)}.`,
  `- Results that went back: ${watch.wentBack.length}. Faults that pages did not get over: ${broken.length}. In the end every page showed the truth.`,
  ['| process | memory after a minute | at the end | |', '|---|---|---|---|', ...rows].join('\n'),
].join('\n\n')
console.log(`\n${text}\n`)
if (values.write) writeSection('reliability.md', 'soak', text)
await watch.close()
await Promise.all(readers.map((reader) => reader.close()))
await installation.stop()
await truth.close()
const right = watch.wentBack.length + inconsistent + broken.length === 0 && watch.worst.ms < HONEST_WITHIN
process.exit(right ? 0 : 1)
