import { setTimeout } from 'node:timers/promises'
import { connect } from '@nats-io/transport-node'
import { Redis } from 'ioredis'
import { monotonic } from './clock.ts'
import { openCrowd } from './crowd.ts'
import { latencies } from './latencies.ts'
import { openLine } from './line.ts'
import type { Row } from './row.ts'

const WARM = 200
const EVENTS = 2_000
/** Milliseconds between two events: the line is idle when each comes. */
const EVERY = 8

/** One event at a time, from its publication on NATS to the frame at the client's end of the socket. */
export async function eventToSocket(): Promise<readonly Row[]> {
  const line = await openLine({ widgets: 1_000, live: 30, hubSize: 30, upTo: 'push' })
  const crowd = await openCrowd(`${line.url}?hub=h0`, 1)
  const nats = await connect({ servers: line.nats.url })
  const redis = new Redis(line.redis.url)
  const times = latencies()
  const trips = latencies()
  try {
    let next = monotonic()
    for (let n = 0; n < WARM + EVENTS; n++) {
      await crowd.arm()
      const sent = monotonic()
      nats.publish(`events.bench.live.${n % 30}`, '{"from":"bench"}')
      const { last } = await crowd.received()
      if (n >= WARM) times.add(last - sent, EVERY)
      const asked = monotonic()
      await redis.ping()
      if (n >= WARM) trips.add(monotonic() - asked)
      next = Math.max(next + EVERY, monotonic())
      await setTimeout(Math.max(1, next - monotonic()))
    }
    return [
      {
        what: 'event on the bus → bytes at the browser socket, idle, no-op loader',
        target: 'p50 < 1 ms, p99 < 10 ms',
        measured: `${times.inWords(50, 99)}; a bare round trip to Redis beside it ${trips.inWords(50, 99)}`,
        met: times.at(50) < 1 && times.at(99) < 10,
      },
    ]
  } finally {
    redis.disconnect()
    await nats.close()
    await crowd.stop()
    await line.stop()
  }
}
