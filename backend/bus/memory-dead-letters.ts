import type { Message } from './bus.ts'
import type { BusStore } from './bus-store.ts'
import { type DeadLetter, type DeadLetters, numberOf } from './dead-letters.ts'
import { rejectAway } from './store-away.ts'

/** The dead letters of the embedded bus: rows of its store that have a reason. */
export function memoryDeadLetters(given: {
  readonly store: Pick<BusStore, 'dead' | 'forget'>
  readonly append: (messages: readonly Message[]) => Promise<unknown>
  readonly now: () => number
}): DeadLetters {
  const { store, append, now } = given

  async function get(id: string): Promise<DeadLetter | undefined> {
    const [found] = await store.dead(numberOf(id) + 1, 1).catch(rejectAway)
    return found && String(found.sequence) === id ? letterOf(found) : undefined
  }

  return {
    async list({ limit, before }) {
      const below = before === undefined ? Number.MAX_SAFE_INTEGER : numberOf(before)
      return (await store.dead(below, limit).catch(rejectAway)).map(letterOf)
    },
    get,
    async replay(id) {
      const letter = await get(id)
      if (!letter) return false
      const { topic, body } = letter
      const again = { topic, id: `replay:${id}:${now()}`, body: new TextDecoder().decode(body) }
      await append([again]).catch(rejectAway)
      return store.forget(numberOf(id)).catch(rejectAway)
    },
    drop: (id) => store.forget(numberOf(id)).catch(rejectAway),
  }
}

function letterOf(row: Awaited<ReturnType<BusStore['dead']>>[number]): DeadLetter {
  const { sequence, topic, time, body, reason } = row
  return { id: String(sequence), topic, time, reason, body: Buffer.from(body) }
}
