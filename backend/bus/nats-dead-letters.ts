import type { StoredMsg } from '@nats-io/jetstream'
import { headers } from '@nats-io/transport-node'
import { type DeadLetter, type DeadLetters, numberOf } from './dead-letters.ts'
import type { NatsLink } from './nats-link.ts'
import type { PreparedStreams } from './nats-prepare.ts'
import type { NatsNames } from './nats-streams.ts'

/** Messages asked for at once: some numbers have none, for they were dropped. */
const AT_ONCE = 50

export function natsDeadLetters(link: Pick<NatsLink<PreparedStreams>, 'use'>, names: NatsNames): DeadLetters {
  const { deadStream, deadSubject, subject } = names

  async function stored({ manager }: PreparedStreams, id: string): Promise<StoredMsg | undefined> {
    const seq = numberOf(id)
    return seq === 0 ? undefined : ((await manager.streams.getMessage(deadStream, { seq })) ?? undefined)
  }

  function letterOf({ seq, subject: of, header, data, time }: StoredMsg): DeadLetter {
    return {
      id: String(seq),
      topic: of.slice(deadSubject.length),
      body: data,
      reason: header.get('Hubs-Reason'),
      time: Date.parse(header.get('Hubs-Time')) || time.getTime(),
    }
  }

  return {
    list: ({ limit, before }) =>
      link.use(async (prepared) => {
        const { state } = await prepared.manager.streams.info(deadStream)
        const found: DeadLetter[] = []
        let next = Math.min(state.last_seq, before === undefined ? Infinity : numberOf(before) - 1)
        while (found.length < limit && next >= Math.max(1, state.first_seq)) {
          const count = Math.min(AT_ONCE, next - Math.max(1, state.first_seq) + 1)
          const ids = Array.from({ length: count }, (_, index) => String(next - index))
          const some = await Promise.all(ids.map((id) => stored(prepared, id)))
          found.push(...some.flatMap((each) => (each ? [letterOf(each)] : [])))
          next -= count
        }
        return found.slice(0, limit)
      }),

    get: (id) =>
      link.use(async (prepared) => {
        const found = await stored(prepared, id)
        return found && letterOf(found)
      }),

    replay: (id) =>
      link.use(async (prepared) => {
        const found = await stored(prepared, id)
        if (!found) return false
        const own = headers()
        for (const [name, values] of found.header)
          if (!/^(Hubs|Nats)-/.test(name)) for (const value of values) own.append(name, value)
        await prepared.client.publish(subject + found.subject.slice(deadSubject.length), found.data, {
          headers: own,
        })
        await prepared.manager.streams.deleteMessage(deadStream, found.seq)
        return true
      }),

    drop: (id) =>
      link.use(async (prepared) => {
        const found = await stored(prepared, id)
        return found ? prepared.manager.streams.deleteMessage(deadStream, found.seq) : false
      }),
  }
}
