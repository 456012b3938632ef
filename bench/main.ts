import { writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { join } from 'node:path'
import { machine } from '#testing/machine.ts'
import { browserScript } from './browser-script.ts'
import { burst } from './burst.ts'
import { caches } from './caches.ts'
import { eventLogReads } from './event-log-reads.ts'
import { eventToPaint } from './event-to-paint.ts'
import { eventToSocket } from './event-to-socket.ts'
import { fanOut } from './fan-out.ts'
import { hangingHost } from './hanging-host.ts'
import { idleStreams } from './idle-streams.ts'
import { jsonRefresh } from './json-refresh.ts'
import { largeInstallation } from './large-installation-costs.ts'
import { manyHubs } from './many-hubs.ts'
import { memoryAndStart } from './memory-and-start.ts'
import { mixedLoad } from './mixed-load.ts'
import { oneLoad } from './one-load.ts'
import { refreshes } from './refreshes.ts'
import type { Benchmark, Row } from './row.ts'
import { storm } from './storm.ts'
import { details, table } from './table.ts'
import { triage } from './triage.ts'
import { warmHub } from './warm-hub.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  'event-to-socket': eventToSocket,
  'event-to-paint': eventToPaint,
  triage,
  burst,
  'event-log-reads': eventLogReads,
  refreshes,
  'json-refresh': jsonRefresh,
  'hanging-host': hangingHost,
  'fan-out': fanOut,
  'idle-streams': idleStreams,
  'one-load': oneLoad,
  'many-hubs': manyHubs,
  storm,
  caches,
  'warm-hub': warmHub,
  'browser-script': browserScript,
  'memory-and-start': memoryAndStart,
  'mixed-load': mixedLoad,
  'large-installation': largeInstallation,
}

const root = join(import.meta.dirname, '..')
const words = process.argv.slice(2)
const write = words.includes('--write')
const asked = words.filter((word) => word !== '--write')
const unknown = asked.filter((name) => !Object.hasOwn(benchmarks, name))
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(', ')}; there are ${Object.keys(benchmarks).join(', ')}.`,
  )
  process.exit(2)
}
if (write && asked.length > 0) {
  console.error('The whole table is written or none of it: leave out the names.')
  process.exit(2)
}

// The servers do not keep this process alive, and waiting for the end of one must not end it.
const alive = setInterval(() => {}, 60_000)

const busy = loadavg()[0] ?? 0
const about = await machine()
const rows: Row[] = []
const failed: string[] = []
for (const [name, measure] of Object.entries(benchmarks)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const began = performance.now()
  try {
    const measured = await measure()
    rows.push(...measured)
    for (const { what, measured: value } of measured) console.log(`${what}: ${value}`)
  } catch (error) {
    failed.push(name)
    console.error(`${name} could not be measured:`, error)
  }
  console.log(`(${name} took ${((performance.now() - began) / 1_000).toFixed(0)} s)\n`)
}

const crowded = busy > availableParallelism()
const state = `${new Date().toISOString().slice(0, 10)}, load average when it began ${busy.toFixed(1)}.${crowded ? ' Other work ran on the machine at the same time: times on the clock tell more of it than of Hubs, CPU times and ratios less so.' : ''}`
const text = `${about.join('\n\n')}\n\n${state}\n\n${table(rows)}\n\n## Details\n\n${details(rows)}`
console.log(`\n${text}\n`)
if (write && failed.length === 0) writeFileSync(join(root, 'docs', 'performance.md'), page(text))
clearInterval(alive)
process.exit(failed.length === 0 ? 0 : 1)

function page(figures: string): string {
  return `# Performance

Written by \`npm run bench -- --write\`; \`npm run bench -- fan-out\` measures one row alone. Figures are medians of repeats with the least and the most. The load generators run on the same machine, so read them as floors, and compare ratios rather than machines.

${figures}

## How it is measured

- Times are those of an open loop: events and requests come at a rate of their own, and each counts from when it was due, however late the one before was answered. Percentiles are those of HDR histograms: in the table the median of the repeats, in the details all repeats together. What runs first to warm up is not among them.
- *Event to socket*, *triage* and *refreshes* run the rooms of the line in one process, put together as \`backend/product.ts\` does, with a widget type whose loader costs nothing, on a real Redis, NATS and Postgres. Everything else is the built product. Postgres is one cluster for all; the others are each row's own.
- *Triage* and *refreshes* are told by what is done while the bus is never empty.
- *Painted* is the first frame after the one in which the number changed, by the page's own clock.
- *Fan-out* is compared with servers that take turns with ours in the same run: nchan on one nginx worker, better-sse, a route handler of the same Next, and a server that does nothing but \`response.write\`, and, as the floor, one that writes a frame made once to bare sockets. CPU is that of the process that writes, less what it uses when idle. Ours takes the event from the bus, matches it, loads the number over HTTP and stores it as well; the others are handed the frame.
- *10,000 hubs* are put straight into Postgres, ten widgets each of all types, nearly all with settings of their own. Health is asked for every 20 ms while a process starts.
- *Memory* is taken after a garbage collection for streams, and as it is for idle processes.
- CPU of processes is what the kernel counted of their threads and their children's.
- Peers from npm are in \`bench/peers\`, with a lock file of their own, and installed by the first run that needs them. nchan is Debian's \`libnginx-mod-nchan\`, installed where the command may. What cannot be had is named in the details.
- \`BENCH_PROFILES=<folder>\` writes a CPU profile of each process that is ours.
`
}
