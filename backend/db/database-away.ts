/** The database cannot be reached. Told by `code`. */
export class DatabaseAway extends Error {
  readonly code = 'database-away'

  constructor(options: { cause: unknown }) {
    super('The database cannot be reached.', options)
    this.name = 'DatabaseAway'
  }
}

// Of the socket, of the driver, and of a server that starts, stops, or has no connection left (SQLSTATE appendix A).
const away =
  /^(E(CONN(REFUSED|RESET|ABORTED)|PIPE|TIMEDOUT|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|CONNECT(ION_(CLOSED|ENDED|DESTROYED)|_TIMEOUT)|08...|57P0[1-3]|53300|database-away)$/

/** Whether an error, or what caused it, says that the database cannot be reached: drizzle wraps what drivers throw. */
export function isDatabaseAway(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (at instanceof AggregateError && at.errors.some(isDatabaseAway)) return true
    if ('code' in at && typeof at.code === 'string' && away.test(at.code)) return true
  }
  return false
}

/** Gives `work`'s result, and its connection errors as `DatabaseAway`. */
export async function toldWhenAway<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw isDatabaseAway(error) ? new DatabaseAway({ cause: error }) : error
  }
}
