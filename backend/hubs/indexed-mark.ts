import { eq, sql } from 'drizzle-orm'
import { facts } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'

const NAME = 'indexed change'

/** Number of the last change of hubs that some daemon is known to have had in its matching index. */
export interface IndexedMark {
  /** 0 when none is known. */
  read(): Promise<number>
  /** Never goes back, whichever daemon writes last. */
  raise(number: number): Promise<void>
}

/**
 * Widgets written after the mark may have been placed while no daemon ran: events that came between are matched for
 * nobody, so their keys must be loaded anew although an older result of the same key reads as fresh.
 */
export function indexedMark(db: Database): IndexedMark {
  return {
    async read() {
      const [fact] = await db.select({ value: facts.value }).from(facts).where(eq(facts.name, NAME))
      return Number(fact?.value ?? 0)
    },
    async raise(number) {
      await db
        .insert(facts)
        .values({ name: NAME, value: String(number) })
        .onConflictDoUpdate({
          target: facts.name,
          set: { value: String(number) },
          setWhere: sql`${facts.value}::bigint < ${number}`,
        })
    },
  }
}
