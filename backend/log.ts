import { type Logger, pino } from 'pino'
import pretty from 'pino-pretty'

/** JSON lines on stdout; readable ones on a terminal. Credentials that ride in URLs and SQL parameters are left out. */
export function openLog(level: string): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    serializers: {
      err: (error: unknown) => (error instanceof Error ? describeError(error) : { message: String(error) }),
    },
  }
  return process.stdout.isTTY ? pino(options, pretty({ ignore: 'pid', sync: true })) : pino(options)
}

interface ErrorLine {
  readonly name: string
  readonly message: string
  readonly code?: unknown
  readonly stack?: string | undefined
  readonly cause?: ErrorLine
}

function describeError(error: Error, depth = 0): ErrorLine {
  const { cause } = error
  const code = (error as { code?: unknown }).code
  return {
    name: error.name,
    message: redact(error.message),
    ...(code === undefined ? {} : { code }),
    ...(depth === 0 && error.stack ? { stack: redact(error.stack) } : {}),
    ...(cause instanceof Error && depth < 3 ? { cause: describeError(cause, depth + 1) } : {}),
  }
}

/** Query errors carry their parameters, which may have several lines; URLs carry passwords, or a token, alone or in their query. */
function redact(text: string): string {
  return text
    .replace(/(\w+:\/\/)[^\s/]*@/g, '$1…@')
    .replace(/(\w+:\/\/[^\s?#'"]*)[?#][^\s'"]*/g, '$1?…')
    .replace(/\nparams: [\s\S]*?(?=\n {4}at |$)/g, '\nparams: …')
}
