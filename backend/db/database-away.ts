/** The database cannot be reached, or cannot take more now; its message says which. Told by `code`. */
export class DatabaseAway extends Error {
  readonly code = 'database-away'

  constructor(options: { cause: unknown }) {
    super(wordsOf(options.cause), options)
    this.name = 'DatabaseAway'
  }
}

// Of the socket, of the driver, and of a server that starts, stops, is full or takes no writes (SQLSTATE appendix A).
const away =
  /^(E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN|NOSPC)|CONNECT(ION_(CLOSED|ENDED|DESTROYED)|_TIMEOUT)|08...|57P0[1-3]|53[13]00|25006|database-away)$/

const words: readonly (readonly [code: RegExp, sentence: string])[] = [
  [/^53300$/, 'Postgres has no connection left: raise its max_connections, or run fewer processes.'],
  [/^(53100|ENOSPC)$/, 'The disk of the database is full.'],
  [/^57P0[1-3]$/, 'Postgres is starting or stopping.'],
  [/^25006$/, 'Postgres takes no writes: it is a standby, or set to read only.'],
]

function wordsOf(cause: unknown): string {
  for (let at = cause; at instanceof Error; at = at.cause) {
    if (at instanceof DatabaseAway) return at.message
    const code = 'code' in at && typeof at.code === 'string' ? at.code : undefined
    const [, sentence] = words.find(([pattern]) => code !== undefined && pattern.test(code)) ?? []
    if (sentence !== undefined) return sentence
  }
  return 'The database cannot be reached.'
}

/** Whether an error, or what caused it, says that the database cannot be reached: drizzle wraps what drivers throw. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AggregateError && at.errors.some(isDatabaseAway)) return true
    if ('code' in at && typeof at.code === 'string' && away.test(at.code)) return true
  }
  return false
}

/** Gives `work`'s result, and its connection errors as `DatabaseAway`. */
export async function orDatabaseAway<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw isDatabaseAway(error) ? new DatabaseAway({ cause: error }) : error
  }
}
