import { and, eq } from 'drizzle-orm'
import { apiTokens, facts } from '#drizzle/schema.ts'
import { scopes } from '../access/actor.ts'
import { appendChanges, holdNumbers } from '../changes/append-changes.ts'
import { start } from '../changes/change.ts'
import type { Database, OpenDatabase } from '../db/database.ts'
import { openApiTokens } from './tokens.ts'

/** The token of the first start, which makes its bearer the admin. */
export interface FirstApiToken {
  readonly token: string
  /** It was shown, and never will be again. */
  told(): Promise<void>
}

/** A fact that stands while the token is owed to the operator: the id of one that was made and not told, or nothing. */
const OWED = 'first token'
/** Held by the process that is about to tell it. */
const LOCK = 'hubs first token'

/** Within the transaction that sets a database up: a token is owed. */
export async function oweFirstApiToken(tx: Database): Promise<void> {
  await tx.insert(facts).values({ name: OWED, value: '' })
}

/** Who has an admin token of another kind needs none. */
export async function waiveFirstApiToken(db: Database): Promise<void> {
  await db.delete(facts).where(eq(facts.name, OWED))
}

/**
 * The token that is owed, made anew until it was told: a process that ended between making and telling it takes it to
 * its grave, and the next start tells another. Nothing when none is owed, or another process is about to tell it.
 */
export async function firstApiToken(database: OpenDatabase): Promise<FirstApiToken | undefined> {
  const { db } = database
  const [owed] = await db.select({ id: facts.value }).from(facts).where(eq(facts.name, OWED))
  if (!owed) return undefined
  const lock = await database.advisoryLock(LOCK)
  if (!lock) return undefined
  const made = await db.transaction(async (tx) => {
    const [still] = await tx.select({ id: facts.value }).from(facts).where(eq(facts.name, OWED))
    if (!still) return undefined
    await forget(tx, still.id)
    const { id, token } = await openApiTokens({ db: tx }).create(
      'first start',
      [...scopes, 'publish:>'],
      start,
    )
    await tx.update(facts).set({ value: id }).where(eq(facts.name, OWED))
    return { id, token }
  })
  if (!made) {
    await lock.release()
    return undefined
  }
  return {
    token: made.token,
    async told() {
      await db.delete(facts).where(and(eq(facts.name, OWED), eq(facts.value, made.id)))
      await lock.release()
    },
  }
}

/** Nobody was told the token, so it need not stay listed as a revoked one does. */
async function forget(tx: Database, id: string): Promise<void> {
  const last = await holdNumbers(tx)
  const gone = await tx.delete(apiTokens).where(eq(apiTokens.id, id)).returning({ id: apiTokens.id })
  if (gone.length === 0) return
  await appendChanges(tx, last, [{ ...start, subject: { kind: 'token', id }, kind: 'delete', after: null }])
}
