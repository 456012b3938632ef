import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { Logger } from 'pino'
import type * as schema from '#drizzle/schema.ts'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'

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

export interface DatabaseLocation {
  /** A Postgres; without it the embedded database is used. */
  readonly url?: string | undefined
  /** Folder of the embedded database, `HUBS_DATA`; this process must hold it (`holdDataFolder`). */
  readonly dataDir: string
  readonly log: Logger
  /** Gives up waiting for a Postgres that is away. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Opens the database, waiting for a Postgres that is away with a line in the log at every try.
 * @throws Error with a plain sentence when waiting would not help: refused credentials, no such database.
 */
export function openDatabase({ url, dataDir, log, signal }: DatabaseLocation): Promise<OpenDatabase> {
  return url ? openPostgres({ url, log, signal }) : openPglite({ dataDir, log })
}
