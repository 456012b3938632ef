import type { ConsumerInfo, StreamState } from '@nats-io/jetstream'
import type { NatsMessage } from './nats-delivery.ts'

/** Notices what is gone from the stream before the consumer came to it: the server says nothing of that. */
export interface Losses {
  /** Before a pull; how many, at most, were neither acknowledged nor are there still. */
  begin(
    consumer: Pick<ConsumerInfo, 'delivered' | 'ack_floor'>,
    state: Pick<StreamState, 'first_seq'>,
  ): number
  /** How many, at least, the consumer passed over before these messages. */
  passedOver(messages: readonly NatsMessage[]): number
}

/** Of one life of the stream. */
export function natsLosses(): Losses {
  /** The newest that was delivered to anybody, as far as we know. */
  let newest = { delivery: 0, sequence: 0 }
  let reported = 0

  return {
    begin({ delivered, ack_floor }, { first_seq }) {
      const gone = first_seq - 1
      const lost = Math.max(0, gone - Math.max(ack_floor.stream_seq, reported))
      reported = Math.max(reported, gone)
      newest = { delivery: delivered.consumer_seq, sequence: Math.max(delivered.stream_seq, gone) }
      return lost
    },
    passedOver(messages) {
      let lost = 0
      for (const { delivery, deliveries, sequence } of messages) {
        if (deliveries === 1 && sequence > newest.sequence) {
          // What other processes were given in between makes no gap.
          const others = Math.max(0, delivery - newest.delivery - 1)
          lost += Math.max(0, sequence - newest.sequence - 1 - others)
          newest.sequence = sequence
        }
        newest.delivery = delivery
      }
      if (lost > 0) reported = Math.max(reported, newest.sequence - 1)
      return lost
    },
  }
}
