/** The command line is wrong: the message says how, and the usage follows. */
export class UsageError extends Error {}
