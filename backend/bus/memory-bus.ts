import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { groupCommit } from '../base/group-commit.ts'
import { DatabaseAway, isDatabaseAway } from '../db/database-away.ts'
import { ackTimer } from './ack-timer.ts'
import { bell } from './bell.ts'
import {
  ACK_WAIT,
  type Bus,
  BusAway,
  BusFull,
  type DeliveredMessage,
  type Message,
  type PublishAck,
  REMEMBERED,
  type StoredMessage,
} from './bus.ts'
import type { BusStore, MessageMetadata } from './bus-store.ts'
import { type DeadLetter, type DeadLetters, numberOf } from './dead-letters.ts'

const HOUR = 3_600_000
const PUT_ASIDE_KEPT = 30 * 24 * HOUR
/** Characters of bodies held in memory; the others are read from the store when they are delivered. */
const BODIES_LIMIT = 32 * 1024 * 1024
const GROUP = 500
const STREAM = 'embedded'

interface Held extends MessageMetadata {
  deliveries: number
  readonly body: string | undefined
}

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
  /** All that is not acknowledged, ascending. */
  const outstanding = new Map<number, Held>()
  /** What of it waits for a consumer. */
  const ready = new Set<number>()
  const arrival = bell()
  const closing = new AbortController()
  let bodiesSize = 0
  /** Bytes of all that is outstanding. */
  let waiting = 0
  let lastTime = 0
  let appendingSince: number | undefined

  const timer = ackTimer(ackWait, (sequences) => {
    for (const sequence of sequences) ready.add(sequence)
    arrival.ring()
  })

  function hold(place: MessageMetadata, body?: string): void {
    const kept = body !== undefined && bodiesSize + body.length <= BODIES_LIMIT ? body : undefined
    bodiesSize += kept?.length ?? 0
    waiting += place.bytes
    lastTime = Math.max(lastTime, place.time)
    outstanding.set(place.sequence, { ...place, body: kept })
    ready.add(place.sequence)
  }

  /** Whether it was outstanding. */
  function settle(sequence: number): boolean {
    timer.stop(sequence)
    ready.delete(sequence)
    const held = outstanding.get(sequence)
    bodiesSize -= held?.body?.length ?? 0
    waiting -= held?.bytes ?? 0
    return outstanding.delete(sequence)
  }

  const append = groupCommit(async (messages: readonly Message[]) => {
    // Never earlier than a stored one, so that order by sequence is order by time.
    lastTime = Math.max(now(), lastTime)
    const time = lastTime
    appendingSince = time
    try {
      const appended = await store.append(messages, time)
      return appended.map((each, index): PublishAck => {
        if ('stored' in each) return { duplicate: true, stored: Buffer.from(each.stored) }
        const { topic = '', body = '' } = messages[index] ?? {}
        hold({ sequence: each.sequence, topic, time, deliveries: 0, bytes: Buffer.byteLength(body) }, body)
        return { duplicate: false }
      })
    } finally {
      appendingSince = undefined
      arrival.ring()
    }
  }, GROUP)

  const acknowledge = groupCommit(async (sequences: readonly number[]) => {
    while (sequences.length > 0) {
      try {
        await store.acknowledge(sequences, now())
        break
      } catch (error) {
        if (closing.signal.aborted) throw error
        log.warn({ err: error }, 'The database did not take acknowledgements of the bus; trying again')
        await delay(1000, undefined, { signal: closing.signal }).catch(() => {})
      }
    }
    return sequences
  }, 1000)

  function delivery(held: Held, body: string): DeliveredMessage {
    const { sequence, topic, time } = held
    held.deliveries += 1
    timer.start(sequence)
    return {
      ...stored({ sequence, topic, time, body }),
      deliveries: held.deliveries,
      ack() {
        if (!settle(sequence)) return
        acknowledge([sequence]).catch((error) =>
          log.warn({ err: error, sequence }, 'An acknowledgement was lost'),
        )
      },
      working() {
        if (outstanding.has(sequence) && !ready.has(sequence)) timer.start(sequence)
      },
      async deadLetter(reason) {
        await store.putAside(sequence, reason, now()).catch(rejectAway)
        settle(sequence)
      },
    }
  }

  /** The next messages that wait, once; none when the store cannot give their bodies now. */
  async function take(max: number): Promise<DeliveredMessage[]> {
    const taken: Held[] = []
    for (const sequence of ready) {
      if (taken.length === max) break
      ready.delete(sequence)
      const held = outstanding.get(sequence)
      if (held) taken.push(held)
    }
    const missing = taken.filter((held) => held.body === undefined).map((held) => held.sequence)
    try {
      const bodies = missing.length > 0 ? await store.bodies(missing) : undefined
      return taken.map((held) => delivery(held, held.body ?? bodies?.get(held.sequence) ?? ''))
    } catch (error) {
      for (const { sequence } of taken) ready.add(sequence)
      log.warn({ err: error }, 'The database did not give messages of the bus; trying again')
      await delay(1000, undefined, { signal: closing.signal }).catch(() => {})
      return []
    }
  }

  const prune = (): Promise<void> =>
    store
      .prune({ acknowledged: now() - REMEMBERED, putAside: now() - PUT_ASIDE_KEPT })
      .catch((error) =>
        log.warn({ err: error }, 'Old messages of the bus were not removed; trying again in an hour'),
      )

  async function deadLetter(id: string): Promise<DeadLetter | undefined> {
    const [found] = await store.dead(numberOf(id) + 1, 1).catch(rejectAway)
    return found && String(found.sequence) === id ? letterOf(found) : undefined
  }

  const dead: DeadLetters = {
    async list({ limit, before }) {
      const below = before === undefined ? Number.MAX_SAFE_INTEGER : numberOf(before)
      return (await store.dead(below, limit).catch(rejectAway)).map(letterOf)
    },
    get: deadLetter,
    async replay(id) {
      const letter = await deadLetter(id)
      if (!letter) return false
      const { topic, body } = letter
      await append([{ topic, id: `replay:${id}:${now()}`, body: new TextDecoder().decode(body) }]).catch(
        rejectAway,
      )
      return store.forget(numberOf(id)).catch(rejectAway)
    },
    drop: (id) => store.forget(numberOf(id)).catch(rejectAway),
  }

  for (const place of await store.recover()) hold(place)
  await prune()
  const pruning = setInterval(() => void prune(), HOUR).unref()

  return {
    async publish(messages) {
      if (waiting >= maxBytes) throw new BusFull('Too many events wait to be handled.')
      return messages.length === 0 ? [] : append(messages).catch(rejectAway)
    },

    async *consume({ max, signal }) {
      const end = AbortSignal.any([signal, closing.signal])
      while (!end.aborted) {
        if (ready.size === 0) await arrival.wait(end)
        if (end.aborted) return
        const batch = await take(max)
        if (batch.length > 0) yield batch
      }
    },

    async through() {
      const [first] = outstanding.values()
      const earliest = Math.min(first?.time ?? Infinity, appendingSince ?? Infinity)
      return earliest === Infinity ? now() : earliest - 1
    },

    async *replay(time, signal) {
      const until = now()
      for (let after = 0; !signal.aborted; ) {
        const page = await store.page({ since: time, until, after, limit: GROUP }).catch(rejectAway)
        const last = page.at(-1)
        if (!last) return
        after = last.sequence
        yield page.map(stored)
      }
    },

    dead,

    async close() {
      clearInterval(pruning)
      timer.close()
      closing.abort()
      await acknowledge([])
    },
  }
}

function stored(message: { sequence: number; topic: string; time: number; body: string }): StoredMessage {
  return { ...message, body: Buffer.from(message.body), stream: STREAM }
}

function letterOf(row: {
  sequence: number
  topic: string
  time: number
  body: string
  reason: string
}): DeadLetter {
  const { sequence, topic, time, body, reason } = row
  return { id: String(sequence), topic, time, reason, body: Buffer.from(body) }
}

function rejectAway(error: unknown): never {
  const away = isDatabaseAway(error) ? new DatabaseAway({ cause: error }).message : 'It does not answer.'
  throw new BusAway(`The database holds the bus. ${away}`, { cause: error })
}
