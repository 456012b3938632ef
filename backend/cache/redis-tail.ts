import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { openWake } from '../base/wake.ts'
import type { FeedEntry, TailBatch } from './cache.ts'
import type { RedisLink } from './redis-link.ts'
import { decodeFeed, decodeSnapshot } from './redis-reply.ts'
import type { Version } from './version.ts'

/** Milliseconds a tail blocks before it looks whether the feed it waits for still is the store's. */
const BLOCK = 1000
/**
 * Milliseconds a tail waits before it reads a feed that does not rest, so that entries which come one by one share a
 * read, and what they bring is sent together: both cost more than the entries do.
 */
const SPACING = 2
/** Milliseconds an entry at which a feed rests. */
const REST = 3
/** Entries that may come faster before reads are spaced: what one event changes is told at once. */
const BURST = 16

export async function* redisTail(
  link: RedisLink,
  from: Version | undefined,
  signal: AbortSignal,
): AsyncIterable<TailBatch> {
  const redis = link.connect()
  const stop = () => redis.disconnect()
  signal.addEventListener('abort', stop, { once: true })
  try {
    let at = from
    let looked = false
    const pace = openPace()
    while (!signal.aborted) {
      let batches: readonly TailBatch[] = []
      try {
        at ??= await top(link)
        await pace.space()
        const entries: readonly FeedEntry[] = looked ? await after(redis, link.prefix, at) : []
        pace.came(entries.length)
        if (entries.length > 0) batches = inOrder(at, entries)
        else batches = await look(redis, link, at)
        looked = true
      } catch {
        looked = false
        // Away, or told to stop. The connection comes back by itself.
        await delay(100, undefined, { signal }).catch(() => undefined)
      }
      for (const batch of batches) {
        at = position(batch)
        yield batch
      }
    }
  } finally {
    signal.removeEventListener('abort', stop)
    redis.disconnect()
  }
}

export async function* redisWakes(link: RedisLink, signal: AbortSignal): AsyncIterable<void> {
  const redis = link.connect()
  const woken = openWake(signal)
  redis.on('message', woken.wake)
  // Wakes sent while this connection was away are lost, so coming back counts as one.
  redis.on('ready', () => {
    redis.subscribe(`${link.prefix}:wake`).then(woken.wake, () => undefined)
  })
  try {
    while (!signal.aborted) {
      await woken.wait()
      if (!signal.aborted) yield
    }
  } finally {
    redis.disconnect()
  }
}

/** Spaces the reads of a feed that does not rest. */
function openPace(): { space(): Promise<void>; came(entries: number): void } {
  let last = performance.now()
  /** Entries that came faster than a feed that rests would bring them. */
  let ahead = 0
  return {
    async space() {
      if (ahead > BURST) await delay(SPACING)
    },
    came(entries) {
      const now = performance.now()
      ahead = Math.min(2 * BURST, Math.max(0, ahead - (now - last) / REST) + entries)
      last = now
    },
  }
}

async function top(link: RedisLink): Promise<Version> {
  const { epoch, reply } = await link.run('read', 0)
  return decodeSnapshot(epoch, reply).cursor
}

async function after(redis: Redis, prefix: string, at: Version): Promise<readonly FeedEntry[]> {
  const stream = `${prefix}:feed:${at.epoch}`
  const reply = await redis.xread('COUNT', 500, 'BLOCK', BLOCK, 'STREAMS', stream, `${at.offset}-0`)
  return (reply?.[0]?.[1] ?? []).map((item) => decodeFeed(at.epoch, item))
}

/** Nothing came: perhaps nothing happened, perhaps the feed waited for is no more. */
async function look(redis: Redis, link: RedisLink, at: Version): Promise<readonly TailBatch[]> {
  if ((await redis.hget(`${link.prefix}:meta`, 'epoch')) === String(at.epoch)) return []
  const epoch = await link.learn()
  return epoch === at.epoch ? [] : [{ kind: 'epoch', epoch }]
}

/** Offsets are contiguous, so a hole before the first means that entries were trimmed. */
export function inOrder(at: Version, entries: readonly FeedEntry[]): readonly TailBatch[] {
  const first = entries[0]?.version.offset ?? 0
  const batch: TailBatch = { kind: 'entries', entries }
  if (first === at.offset + 1) return [batch]
  return [{ kind: 'gap', to: { epoch: at.epoch, offset: first - 1 } }, batch]
}

function position(batch: TailBatch): Version | undefined {
  if (batch.kind === 'epoch') return { epoch: batch.epoch, offset: 0 }
  if (batch.kind === 'gap') return batch.to
  return batch.entries.at(-1)?.version
}
