import { ackTimer } from './ack-timer.ts'
import type { MessageMetadata } from './bus-store.ts'

/** Characters of bodies held in memory; the others are read from the store when they are delivered. */
const BODIES_LIMIT = 32 * 1024 * 1024

export interface OutstandingMessage extends MessageMetadata {
  deliveries: number
  /** Nothing where the store alone has it. */
  readonly body: string | undefined
}

/** All that is not acknowledged, ascending, and what of it waits for a consumer. */
export interface OutstandingMessages {
  /** Adds one that waits for a consumer. */
  add(message: MessageMetadata, body?: string): void
  /** Says whether it was there. */
  remove(sequence: number): boolean
  /** Those that have waited longest, up to `max`, which wait no more. */
  take(max: number): readonly OutstandingMessage[]
  /** They wait again. */
  giveBack(messages: readonly OutstandingMessage[]): void
  /** It is with a consumer, from whom something must be heard in `ackWait` ms, else it waits again. */
  deliver(message: OutstandingMessage): void
  /** Something was heard of it. */
  renew(sequence: number): void
  readonly someWait: boolean
  readonly oldest: OutstandingMessage | undefined
  /** Of all bodies. */
  readonly bytes: number
  close(): void
}

/** `returned`: a message waits again that a consumer had. */
export function outstandingMessages(ackWait: number, returned: () => void): OutstandingMessages {
  const messages = new Map<number, OutstandingMessage>()
  const waiting = new Set<number>()
  let bodiesSize = 0
  let bytes = 0

  const timer = ackTimer(ackWait, (sequences) => {
    for (const sequence of sequences) waiting.add(sequence)
    returned()
  })

  return {
    add(message, body) {
      const kept = body !== undefined && bodiesSize + body.length <= BODIES_LIMIT ? body : undefined
      bodiesSize += kept?.length ?? 0
      bytes += message.bytes
      messages.set(message.sequence, { ...message, body: kept })
      waiting.add(message.sequence)
    },
    remove(sequence) {
      timer.stop(sequence)
      waiting.delete(sequence)
      const message = messages.get(sequence)
      bodiesSize -= message?.body?.length ?? 0
      bytes -= message?.bytes ?? 0
      return messages.delete(sequence)
    },
    take(max) {
      const taken: OutstandingMessage[] = []
      for (const sequence of waiting) {
        if (taken.length === max) break
        waiting.delete(sequence)
        const message = messages.get(sequence)
        if (message) taken.push(message)
      }
      return taken
    },
    giveBack(taken) {
      for (const { sequence } of taken) waiting.add(sequence)
    },
    deliver(message) {
      message.deliveries += 1
      timer.start(message.sequence)
    },
    renew(sequence) {
      if (messages.has(sequence) && !waiting.has(sequence)) timer.start(sequence)
    },
    get someWait() {
      return waiting.size > 0
    },
    get oldest() {
      const [first] = messages.values()
      return first
    },
    get bytes() {
      return bytes
    },
    close: () => timer.close(),
  }
}
