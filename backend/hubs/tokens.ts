import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { and, asc, eq } from 'drizzle-orm'
import { apiTokens } from '#drizzle/schema.ts'
import { type Actor, actorOf, admin as adminActor } from '../access/actor.ts'
import { appendChanges, holdNumbers } from '../changes/append-changes.ts'
import type { Author } from '../changes/change.ts'
import type { Database } from '../db/database.ts'
import { isDatabaseAway, orDatabaseAway } from '../db/database-away.ts'

export interface ApiTokenView {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly revoked: boolean
}

/** API tokens. Every verb rejects with `DatabaseAway` while the database cannot be reached. */
export interface ApiTokens {
  /** The token itself is told only here: a hash of it is kept. */
  create(
    name: string,
    scopes: readonly string[],
    by: Author,
  ): Promise<{ readonly id: string; readonly token: string }>
  list(): Promise<ApiTokenView[]>
  /** By id. Says whether there was one still in force; no process accepts it 5 s later. */
  revoke(id: string, by: Author): Promise<boolean>
  /** What the token allows, or nothing when it is none of ours. One accepted before still is while the database is away. */
  verify(token: string): Promise<Actor | undefined>
}

/** Milliseconds an answer about a token is believed. */
const BELIEVED = 5_000
const REMEMBERED = 10_000

interface Answer {
  readonly at: number
  readonly allowed: Promise<Actor | undefined>
}

/** `adminToken` is `HUBS_ADMIN_TOKEN`: it has every scope and is in no table. */
export function openApiTokens(options: {
  db: Database
  adminToken?: string | undefined
  now?: () => number
}): ApiTokens {
  const { db, adminToken, now = () => performance.now() } = options
  const answers = new Map<string, Answer>()
  const admin = adminToken === undefined ? undefined : digest(adminToken)

  async function look(hash: string): Promise<Actor | undefined> {
    const [row] = await db
      .select({ id: apiTokens.id, scopes: apiTokens.scopes })
      .from(apiTokens)
      .where(and(eq(apiTokens.hash, hash), eq(apiTokens.revoked, false)))
    return row && actorOf(row.id, row.scopes)
  }

  return {
    async create(name, granted, by) {
      const id = randomBytes(6).toString('hex')
      const token = `hubs_${randomBytes(24).toString('base64url')}`
      const hash = digest(token).toString('hex')
      const scopes = [...granted]
      await orDatabaseAway(() =>
        db.transaction(async (tx) => {
          const last = await holdNumbers(tx)
          await tx.insert(apiTokens).values({ id, name, hash, scopes })
          const after = { name, scopes, revoked: false }
          await appendChanges(tx, last, [{ ...by, subject: { kind: 'token', id }, kind: 'create', after }])
        }),
      )
      return { id, token }
    },

    list: () =>
      orDatabaseAway(() =>
        db
          .select({
            id: apiTokens.id,
            name: apiTokens.name,
            scopes: apiTokens.scopes,
            createdAt: apiTokens.createdAt,
            revoked: apiTokens.revoked,
          })
          .from(apiTokens)
          .orderBy(asc(apiTokens.createdAt)),
      ),

    revoke: (id, by) =>
      orDatabaseAway(async () => {
        const revoked = await db.transaction(async (tx) => {
          const last = await holdNumbers(tx)
          const [was] = await tx
            .update(apiTokens)
            .set({ revoked: true })
            .where(and(eq(apiTokens.id, id), eq(apiTokens.revoked, false)))
            .returning({ name: apiTokens.name, scopes: apiTokens.scopes })
          if (!was) return false
          const after = { ...was, revoked: true }
          await appendChanges(tx, last, [{ ...by, subject: { kind: 'token', id }, kind: 'revoke', after }])
          return true
        })
        answers.clear()
        return revoked
      }),

    async verify(token) {
      const hashed = digest(token)
      if (admin && timingSafeEqual(hashed, admin)) return adminActor
      const hash = hashed.toString('hex')
      const known = answers.get(hash)
      if (known && now() - known.at < BELIEVED) return known.allowed
      if (answers.size >= REMEMBERED) answers.clear()
      const allowed = orDatabaseAway(() => look(hash)).catch(async (error: unknown) => {
        // Nobody can have revoked it meanwhile, and a publisher needs nothing else of the database.
        const before = isDatabaseAway(error) ? await known?.allowed : undefined
        if (before) return before
        answers.delete(hash)
        throw error
      })
      answers.set(hash, { at: now(), allowed })
      return allowed
    },
  }
}

const digest = (token: string): Buffer => createHash('sha256').update(token).digest()
