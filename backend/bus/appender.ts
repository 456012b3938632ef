import { groupCommit } from '../base/group-commit.ts'
import type { Message, PublishAck } from './bus.ts'
import type { BusStore } from './bus-store.ts'
import type { OutstandingMessages } from './outstanding-messages.ts'

const GROUP = 500

/** Puts messages into the store, and then among those that wait for a consumer. */
export interface Appender {
  append(messages: readonly Message[]): Promise<readonly PublishAck[]>
  /** The time of messages that are on their way to the store; nothing when none are. */
  readonly since: number | undefined
}

/** `last`: time of the newest message there is. `appended` is called after each write, also a failed one. */
export function appender(given: {
  readonly store: BusStore
  readonly outstanding: OutstandingMessages
  readonly now: () => number
  readonly last: number
  readonly appended: () => void
}): Appender {
  const { store, outstanding, now, appended } = given
  let { last } = given
  let since: number | undefined

  const append = groupCommit(async (messages: readonly Message[]) => {
    // Never earlier than a stored one, so that order by sequence is order by time.
    last = Math.max(now(), last)
    const time = last
    since = time
    try {
      const outcomes = await store.append(messages, time)
      return outcomes.map((each, index): PublishAck => {
        if ('stored' in each) return { duplicate: true, stored: Buffer.from(each.stored) }
        const { topic = '', body = '' } = messages[index] ?? {}
        const bytes = Buffer.byteLength(body)
        outstanding.add({ sequence: each.sequence, topic, time, deliveries: 0, bytes }, body)
        return { duplicate: false }
      })
    } finally {
      since = undefined
      appended()
    }
  }, GROUP)

  return {
    append,
    get since() {
      return since
    },
  }
}
