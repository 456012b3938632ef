import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type * as schema from '#drizzle/schema.ts'

/** What queries are written against: either driver, or a transaction of it. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>

export interface OpenDatabase {
  readonly db: Database
  readonly kind: 'pglite' | 'postgres'
  /** Resolves while it serves and has room. @throws DatabaseAway, whose message says why it does not. */
  check(): Promise<void>
  /** Brings the tables to this version of the product; of several processes that start together, one does it. */
  migrate(): Promise<void>
  /**
   * Calls `onNotify` after each NOTIFY on `channel`, until the database is closed. A hint only: what is sent while the
   * connection is down is lost, so read the truth from time to time.
   */
  listen(channel: string, onNotify: () => void): Promise<void>
  /** The lock of that name, or nothing when it is held already. */
  advisoryLock(name: string): Promise<AdvisoryLock | undefined>
  /** Runs `work` while holding the lock of that name, waiting for it first. */
  withLock<Result>(name: string, work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export interface AdvisoryLock {
  /** Aborted when the connection that held the lock is gone, and the lock with it. */
  readonly lost: AbortSignal
  release(): Promise<void>
}
