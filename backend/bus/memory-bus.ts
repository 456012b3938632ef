import type { Logger } from 'pino'
import { pause } from '../base/pause.ts'
import { acknowledger } from './acknowledger.ts'
import { appender } from './appender.ts'
import { bell } from './bell.ts'
import { ACK_WAIT, type Bus, BusFull, type DeliveredMessage, REMEMBERED, type StoredMessage } from './bus.ts'
import type { BusStore } from './bus-store.ts'
import { memoryDeadLetters } from './memory-dead-letters.ts'
import { type OutstandingMessage, outstandingMessages } from './outstanding-messages.ts'
import { rejectAway } from './store-away.ts'

const HOUR = 3_600_000
const PUT_ASIDE_KEPT = 30 * 24 * HOUR
const PAGE = 500
const RETRY = 1000
const STREAM = 'embedded'

/**
 * The bus inside one process. A message is in the database before it is accepted; what a former process left
 * unacknowledged is delivered first. `ackWait` in milliseconds.
 */
export async function memoryBus(options: {
  readonly store: BusStore
  readonly log: Pick<Logger, 'warn'>
  readonly now?: () => number
  readonly ackWait?: number
  /** Bytes that may wait to be handled. */
  readonly maxBytes?: number
}): Promise<Bus> {
  const { store, log, now = Date.now, ackWait = ACK_WAIT, maxBytes = 2 * 1024 ** 3 } = options
  const arrival = bell()
  const closing = new AbortController()
  const outstanding = outstandingMessages(ackWait, arrival.ring)
  const acknowledge = acknowledger({ store, log, now, signal: closing.signal })

  function delivered(message: OutstandingMessage, body: string): DeliveredMessage {
    const { sequence, topic, time } = message
    outstanding.deliver(message)
    return {
      ...stored({ sequence, topic, time, body }),
      deliveries: message.deliveries,
      ack() {
        if (!outstanding.remove(sequence)) return
        acknowledge([sequence]).catch((error) =>
          log.warn({ err: error, sequence }, 'An acknowledgement was lost'),
        )
      },
      working() {
        outstanding.renew(sequence)
      },
      async deadLetter(reason) {
        await store.putAside(sequence, reason, now()).catch(rejectAway)
        outstanding.remove(sequence)
      },
    }
  }

  /** The next messages that wait, once; none when the store cannot give their bodies now. */
  async function take(max: number): Promise<DeliveredMessage[]> {
    const taken = outstanding.take(max)
    const missing = taken.filter(({ body }) => body === undefined).map(({ sequence }) => sequence)
    try {
      const bodies = missing.length > 0 ? await store.bodies(missing) : undefined
      return taken.map((message) => delivered(message, message.body ?? bodies?.get(message.sequence) ?? ''))
    } catch (error) {
      outstanding.giveBack(taken)
      log.warn({ err: error }, 'The database did not give messages of the bus; trying again')
      await pause(RETRY, closing.signal)
      return []
    }
  }

  let last = 0
  for (const message of await store.recover()) {
    outstanding.add(message)
    last = Math.max(last, message.time)
  }
  const appending = appender({ store, outstanding, now, last, appended: arrival.ring })
  const stopPruning = await pruneHourly({ store, log, now })

  return {
    async publish(messages) {
      if (outstanding.bytes >= maxBytes) throw new BusFull('Too many events wait to be handled.')
      return messages.length === 0 ? [] : appending.append(messages).catch(rejectAway)
    },

    async *consume({ max, signal }) {
      const end = AbortSignal.any([signal, closing.signal])
      while (!end.aborted) {
        if (!outstanding.someWait) await arrival.wait(end)
        if (end.aborted) return
        const batch = await take(max)
        if (batch.length > 0) yield batch
      }
    },

    async through() {
      const earliest = Math.min(outstanding.oldest?.time ?? Infinity, appending.since ?? Infinity)
      return earliest === Infinity ? now() : earliest - 1
    },

    async *replay(time, signal) {
      const until = now()
      for (let after = 0; !signal.aborted; ) {
        const page = await store.page({ since: time, until, after, limit: PAGE }).catch(rejectAway)
        const newest = page.at(-1)
        if (!newest) return
        after = newest.sequence
        yield page.map(stored)
      }
    },

    dead: memoryDeadLetters({ store, append: appending.append, now }),

    async close() {
      stopPruning()
      outstanding.close()
      closing.abort()
      await acknowledge([])
    },
  }
}

function stored(message: { sequence: number; topic: string; time: number; body: string }): StoredMessage {
  return { ...message, body: Buffer.from(message.body), stream: STREAM }
}

/** Removes old messages, now and every hour. Resolves after the first time, with what ends it. */
async function pruneHourly(given: {
  readonly store: Pick<BusStore, 'prune'>
  readonly log: Pick<Logger, 'warn'>
  readonly now: () => number
}): Promise<() => void> {
  const { store, log, now } = given
  const prune = () =>
    store
      .prune({ acknowledged: now() - REMEMBERED, putAside: now() - PUT_ASIDE_KEPT })
      .catch((error) =>
        log.warn({ err: error }, 'Old messages of the bus were not removed; trying again in an hour'),
      )
  await prune()
  const pruning = setInterval(() => void prune(), HOUR).unref()
  return () => clearInterval(pruning)
}
