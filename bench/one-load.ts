import { setTimeout } from 'node:timers/promises'
import { monotonic } from './clock.ts'
import { openCrowd } from './crowd.ts'
import { cpu } from './details.ts'
import { watchCpu } from './processes.ts'
import type { Row } from './row.ts'
import { NUMBER, openWatchedHub } from './watched-hub.ts'

const VIEWERS = 10_000
const EVENTS = 5

/** How often a result shared by ten thousand viewers is loaded, and how many of them have to ask for it. */
export async function oneLoad(): Promise<readonly Row[]> {
  const hub = await openWatchedHub()
  const crowd = await openCrowd(hub.streamUrl, VIEWERS)
  try {
    const loadsBefore = hub.truth.loads(NUMBER)
    const spent = watchCpu({ ...hub.processes, 'load generator': [crowd.pid] })
    const began = monotonic()
    let frames = 0
    let inline = 0
    for (let n = 0; n < EVENTS; n++) {
      await crowd.arm()
      await hub.change()
      const received = await crowd.received()
      frames += received.frames
      inline += received.inline
    }
    const cpuLine = cpu(spent(), (monotonic() - began) / 1_000)
    // A load too many would come after the last frame.
    await setTimeout(1_000)
    const loads = (hub.truth.loads(NUMBER) - loadsBefore) / EVENTS
    const refetches = (frames - inline) / EVENTS
    return [
      {
        what: 'one event, 10,000 viewers of a shared result',
        target: 'exactly 1 load, 0 refetches',
        measured: `${loads} load, ${refetches} refetches, ${(frames / EVENTS).toLocaleString('en')} frames an event (${EVENTS} events)`,
        met: loads === 1 && refetches === 0,
        details: [cpuLine],
      },
    ]
  } finally {
    await crowd.stop()
    await hub.stop()
  }
}
