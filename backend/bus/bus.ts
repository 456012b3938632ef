import type { DeadLetters } from './dead-letters.ts'

/** A message on its way to the bus. */
export interface Message {
  /** Dot-separated segments, already checked. */
  readonly topic: string
  /** Messages with one id, published within `REMEMBERED` ms, are stored once. */
  readonly id: string
  /** JSON text: any text without NUL characters. At most 256 KiB. */
  readonly body: string
}

/** Milliseconds for which an id belongs to the first message that had it. */
export const REMEMBERED = 86_400_000

/** What became of a published message: stored, or not for the one that is there already, with the body of that one. */
export type PublishAck =
  | { readonly duplicate: false }
  | { readonly duplicate: true; readonly stored: Uint8Array }

/** Milliseconds after which a message that nobody works at is delivered again. */
export const ACK_WAIT = 10_000

/** A message as the bus holds it. */
export interface StoredMessage {
  readonly topic: string
  readonly body: Uint8Array
  /** Position in the stream, ascending; unique within one life of it. */
  readonly sequence: number
  /** Names one life of the bus's storage: made anew, it gets another name, for sequences begin again. */
  readonly stream: string
  /** When the bus stored it, milliseconds since 1970. */
  readonly time: number
  /** As the bus gave it, where that has headers, which are parsed when they are asked for. */
  readonly original?: { readonly headers?: Iterable<readonly [string, readonly string[]]> | undefined }
}

/** A message as consumed. It stays ours, and unacknowledged, until `ack` or `deadLetter`. */
export interface DeliveredMessage extends StoredMessage {
  /** 1 on the first delivery. */
  readonly deliveries: number
  /** An ack lost with its connection costs one more delivery. */
  ack(): void
  /** Tells the bus we are still at it, so that it is not delivered again for another `ACK_WAIT` ms. */
  working(): void
  /** Puts it aside for good, with the reason: the message's own fault only. */
  deadLetter(reason: string): Promise<void>
}

/**
 * The message bus: at-least-once, any order. `consume` is shared: each message goes to one of all the consumers, and
 * to another if it is neither acknowledged nor worked at for `ACK_WAIT` ms.
 * Every verb rejects with `BusAway` while the bus cannot be reached, `publish` of the embedded one with `BusFull`.
 */
export interface Bus {
  /** Resolves once every message is safely on the bus, in order, with what became of each. */
  publish(messages: readonly Message[]): Promise<readonly PublishAck[]>
  /**
   * Batches of what has already arrived, up to `max`; nothing waits for a batch to fill. A consumer that does not ask
   * for the next batch is sent no more (backpressure). Ends, without error, when `signal` aborts; survives outages.
   * `lost` is told how many messages, about, are gone that nobody was given, and what follows them waits for it.
   */
  consume(options: {
    readonly max: number
    readonly signal: AbortSignal
    readonly lost?: (messages: number) => Promise<void>
  }): AsyncIterable<readonly DeliveredMessage[]>
  /** The time (milliseconds since 1970) up to which every message is acknowledged: now, when none is outstanding. */
  through(): Promise<number>
  /** Every message stored since `time`, acknowledged or not, once; for triage after the cache lost its past. */
  replay(time: number, signal: AbortSignal): AsyncIterable<readonly StoredMessage[]>
  readonly dead: DeadLetters
  close(): Promise<void>
}

/** The bus takes no more until some of what it holds is handled. Told by `code`. */
export class BusFull extends Error {
  readonly code = 'bus-full'
}

/** The bus cannot be reached. Told by `code`. */
export class BusAway extends Error {
  readonly code = 'bus-away'
}
