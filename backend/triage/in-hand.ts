import type { DeliveredMessage } from '../bus/bus.ts'

/**
 * Messages in hand from which on no more are taken until some are acknowledged. Not batches: while the log is slow or
 * away, events that come one by one go on to invalidate what need not wait for it.
 */
const MOST = 8_192
/** Bytes of theirs, from which on no more are taken either. */
const MOST_BYTES = 64 * 1024 * 1024

/** Batches whose messages are not all acknowledged yet. */
export interface BatchesInHand {
  /** No more may be taken now. */
  readonly isFull: boolean
  /** Resolves when one of them has ended. */
  oneEnds(): Promise<void>
  /** Resolves when all there are now have ended. */
  allEnd(): Promise<void>
  /** `done` ends when its messages are acknowledged, or given up; it never rejects. */
  add(messages: readonly DeliveredMessage[], done: Promise<void>): void
}

export function batchesInHand(): BatchesInHand {
  const batches = new Set<Promise<void>>()
  let messages = 0
  let bytes = 0
  return {
    get isFull() {
      return messages >= MOST || bytes >= MOST_BYTES
    },
    oneEnds: () => Promise.race(batches),
    async allEnd() {
      await Promise.all(batches)
    },
    add(batch, done) {
      const size = batch.reduce((sum, { body }) => sum + body.byteLength, 0)
      messages += batch.length
      bytes += size
      const ended = done.finally(() => {
        messages -= batch.length
        bytes -= size
        batches.delete(ended)
      })
      batches.add(ended)
    },
  }
}
