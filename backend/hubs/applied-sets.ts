import { eq, like } from 'drizzle-orm'
import { z } from 'zod'
import { facts } from '#drizzle/schema.ts'
import type { Database } from '../db/database.ts'
import { orDatabaseAway } from '../db/database-away.ts'

/** Which hubs were last applied together under a name, so that one whose file is gone can be told from a hub of others. */
export interface AppliedSets {
  /** None of a name that was never used. @throws DatabaseAway */
  slugs(name: string): Promise<readonly string[]>
  /** Those of every other name: a hub whose file moved is theirs. @throws DatabaseAway */
  ofOthers(name: string): Promise<ReadonlySet<string>>
  /** @throws DatabaseAway */
  replace(name: string, slugs: readonly string[]): Promise<void>
}

const kept = z.array(z.string())

export function appliedSets(db: Database): AppliedSets {
  const fact = (name: string) => `applied ${name}`
  return {
    slugs: (name) =>
      orDatabaseAway(async () => {
        const [row] = await db
          .select({ value: facts.value })
          .from(facts)
          .where(eq(facts.name, fact(name)))
        return row ? kept.parse(JSON.parse(row.value)) : []
      }),
    ofOthers: (name) =>
      orDatabaseAway(async () => {
        const rows = await db
          .select()
          .from(facts)
          .where(like(facts.name, fact('%')))
        const others = rows.filter((row) => row.name !== fact(name))
        return new Set(others.flatMap(({ value }) => kept.parse(JSON.parse(value))))
      }),
    replace: (name, slugs) =>
      orDatabaseAway(async () => {
        const value = JSON.stringify([...slugs].sort())
        await db
          .insert(facts)
          .values({ name: fact(name), value })
          .onConflictDoUpdate({ target: facts.name, set: { value } })
      }),
  }
}
