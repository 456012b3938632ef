import { headers } from '@nats-io/transport-node'
import type { DeliveredMessage } from './bus.ts'
import type { NatsAcks } from './nats-acks.ts'
import type { NatsMessage } from './nats-delivery.ts'
import type { NatsLink } from './nats-link.ts'
import type { PreparedStreams } from './nats-prepare.ts'

/** What a consumer is given of a message: it alone may acknowledge it, or put it aside. */
export function deliveredMessages(given: {
  readonly link: Pick<NatsLink<PreparedStreams>, 'use'>
  readonly acks: NatsAcks
  readonly deadSubject: string
}): (message: NatsMessage) => DeliveredMessage {
  const { link, acks, deadSubject } = given

  async function putAside(message: NatsMessage, reason: string): Promise<void> {
    const { topic, body, stream, sequence, reply } = message
    const msgID = `dlq:${stream}:${sequence}`
    await link.use(({ client }) =>
      client.publish(deadSubject + topic, body, { msgID, headers: deadLetterHeaders(message, reason) }),
    )
    acks.send(reply, '+TERM', stream)
  }

  // Written out: one is made for each message, and copying what is left of an object costs more than all else here.
  return (message) => {
    const { topic, body, stream, deliveries, sequence, time, reply, original } = message
    return {
      topic,
      body,
      stream,
      deliveries,
      sequence,
      time,
      original,
      ack() {
        acks.acknowledge(reply, stream)
      },
      working() {
        acks.trySend(reply, '+WPI', stream)
      },
      deadLetter(reason) {
        return putAside(message, reason)
      },
    }
  }
}

function deadLetterHeaders({ original, stream, sequence, time }: NatsMessage, reason: string) {
  const about = headers()
  // Those of the message too, which may hold all of an event but its data.
  for (const [name, values] of original.headers ?? [])
    if (!name.startsWith('Nats-')) for (const value of values) about.append(name, value)
  about.set('Hubs-Reason', reason.replace(/[^\x20-\x7e]+/g, ' ').slice(0, 1000))
  about.set('Hubs-Stream', stream)
  about.set('Hubs-Sequence', String(sequence))
  about.set('Hubs-Time', new Date(time).toISOString())
  return about
}
