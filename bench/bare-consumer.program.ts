import { AckPolicy, jetstreamManager } from '@nats-io/jetstream'
import { connect, createInbox, nanos } from '@nats-io/transport-node'
import { monotonic } from './clock.ts'
import { answer } from './verbs.ts'

/** Messages asked for at a time. */
const BATCH = 500

const verbs = {
  /** Takes `count` messages of the stream of events, parses and acknowledges each, and nothing more: messages a second of CPU. */
  async consume({ servers, count }: { servers: string; count: number }): Promise<number> {
    const nats = await connect({ servers })
    const manager = await jetstreamManager(nats)
    const name = `bare-${monotonic().toFixed(0)}`
    await manager.consumers.add('HUBS', {
      durable_name: name,
      ack_policy: AckPolicy.Explicit,
      max_ack_pending: 4_096,
    })
    const inbox = createInbox()
    const ask = () =>
      nats.publish(
        `$JS.API.CONSUMER.MSG.NEXT.HUBS.${name}`,
        JSON.stringify({ batch: BATCH, expires: nanos(30_000) }),
        { reply: inbox },
      )
    let taken = 0
    let bytes = 0
    const before = process.cpuUsage()
    await new Promise<void>((resolve) => {
      nats.subscribe(inbox, {
        callback(_, message) {
          const { specversion } = JSON.parse(message.string()) as { specversion?: string }
          bytes += specversion?.length ?? 0
          message.respond('+ACK')
          taken += 1
          if (taken === count) resolve()
          else if (taken % BATCH === 0) ask()
        },
      })
      ask()
    })
    const { user, system } = process.cpuUsage(before)
    if (bytes === 0) throw new Error('These were no events.')
    await manager.consumers.delete('HUBS', name)
    await nats.close()
    return (count * 1e6) / (user + system)
  },
}
export type BareConsumerVerbs = typeof verbs

answer(verbs)
