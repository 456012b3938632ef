import { openCrowd } from './crowd.ts'
import type { Row } from './row.ts'
import { figure } from './spread.ts'
import { openWatchedHub } from './watched-hub.ts'

const STREAMS = 10_000

/** What the process holds for streams on which nothing happens. */
export async function idleStreams(): Promise<readonly Row[]> {
  const hub = await openWatchedHub()
  try {
    // What the first streams of all make it load and compile is not theirs.
    await (await openCrowd(hub.streamUrl, 100)).stop()
    const before = await hub.product.usage(true)
    const crowd = await openCrowd(hub.streamUrl, STREAMS)
    const idle = await hub.product.usage(true)
    await crowd.arm()
    await hub.change()
    await crowd.received()
    const after = await hub.product.usage(true)
    await crowd.stop()
    const each = (bytes: number) => `${figure(bytes / STREAMS / 1024)} KB`
    return [
      {
        what: 'memory per idle stream',
        target: '<= 16 KB in the process',
        measured: `${each(idle.rss - before.rss)} (of which heap ${each(idle.heap - before.heap)}); after a broadcast ${each(after.rss - before.rss)} (heap ${each(after.heap - before.heap)})`,
        met: idle.rss - before.rss <= STREAMS * 16 * 1024,
      },
    ]
  } finally {
    await hub.stop()
  }
}
