import type { Logger } from 'pino'
import { pause } from '../base/pause.ts'
import type { Bus, DeliveredMessage } from './bus.ts'
import { type NatsMessage, parseNatsMessage } from './nats-delivery.ts'
import type { NatsLink } from './nats-link.ts'
import { natsLosses } from './nats-losses.ts'
import type { PreparedStreams } from './nats-prepare.ts'
import { natsPull } from './nats-pull.ts'
import { SILENCE } from './nats-silence.ts'
import type { NatsNames } from './nats-streams.ts'

/** Milliseconds between two pulls, the longer the oftener one ends soon. */
const REST = { first: 100, most: 5_000 }
/** Milliseconds a pull lasts that did not end soon. */
const LASTING = SILENCE

/** Pulls for as long as it is asked to, whatever ends a pull, and tells what the stream lost in between. */
export function natsConsume(given: {
  readonly link: Pick<NatsLink<PreparedStreams>, 'ready' | 'renew'>
  readonly names: NatsNames
  readonly log: Pick<Logger, 'warn'>
  readonly delivered: (message: NatsMessage) => DeliveredMessage
}): Bus['consume'] {
  const { link, names, log, delivered } = given
  let losses = { stream: '', ...natsLosses() }

  /** What is gone from the stream before anybody was given it. A stream made anew has lost nothing yet. */
  async function lossesOf({ manager, stream }: PreparedStreams): Promise<number> {
    if (losses.stream !== stream) losses = { stream, ...natsLosses() }
    const consumer = await manager.consumers.info(names.stream, names.consumer)
    const { state } = await manager.streams.info(names.stream)
    return losses.begin(consumer, state)
  }

  const ended = (reason: string) => log.warn({ reason }, 'The pull from NATS ended; pulling again')

  return async function* ({ max, signal, lost }) {
    for (let rest = REST.first; ; ) {
      const prepared = await link.ready(signal)
      if (!prepared) return
      const { connection, stream } = prepared
      const began = performance.now()
      const before = await lossesOf(prepared).catch(() => 0)
      if (before > 0) await lost?.(before)
      const consumer = { stream: names.stream, name: names.consumer }
      for await (const batch of natsPull(connection, consumer, { max, signal, ended })) {
        const messages = batch.map((message) => parseNatsMessage(message, stream, names.subject))
        const passed = losses.passedOver(messages)
        if (passed > 0) await lost?.(passed)
        const given = performance.now()
        yield messages.map(delivered)
        // Stream and consumer may be others by now.
        if (performance.now() - given >= SILENCE) break
      }
      if (signal.aborted) return
      // Whatever ended it may still hold: not a thousand times a second.
      rest = performance.now() - began < LASTING ? Math.min(rest * 2, REST.most) : REST.first
      await pause(rest / 2, signal)
      await link
        .renew()
        .catch((error) => log.warn({ err: error }, 'The stream HUBS could not be prepared again'))
    }
  }
}
