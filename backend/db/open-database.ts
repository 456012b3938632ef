import type { Logger } from 'pino'
import type { OpenDatabase } from './database.ts'
import { openPglite } from './pglite.ts'
import { openPostgres } from './postgres.ts'

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
