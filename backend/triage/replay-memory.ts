import { eq } from 'drizzle-orm'
import { facts } from '#drizzle/schema.ts'
import type { OpenDatabase } from '../db/database.ts'
import type { ReplayMemory } from './replay-window.ts'

const NAME = 'replayed epoch'

/** In the database, under a lock that dies with its process, so that another daemon takes a broken replay over. */
export function replayMemory(database: Pick<OpenDatabase, 'db' | 'advisoryLock'>): ReplayMemory {
  const { db } = database
  async function isDone(epoch: number): Promise<boolean> {
    const [fact] = await db.select().from(facts).where(eq(facts.name, NAME))
    return fact?.value === String(epoch)
  }
  return {
    async once(epoch, replay) {
      if (await isDone(epoch)) return true
      const lock = await database.advisoryLock('hubs replay')
      if (!lock) return false
      try {
        if (await isDone(epoch)) return true
        await replay()
        const fact = { name: NAME, value: String(epoch) }
        await db.insert(facts).values(fact).onConflictDoUpdate({ target: facts.name, set: fact })
        return true
      } finally {
        await lock.release()
      }
    },
  }
}
