import { type LogFn, type Logger, pino } from 'pino'
import pretty from 'pino-pretty'
import { escapeControls, escapeUnseen } from './control-characters.ts'
import { stackInSources } from './stack-in-sources.ts'
import { withoutSecrets } from './without-secrets.ts'

const WARN = 40

/** Errors of a store that does not serve: the watch of the stores tells of it, and each part that meets it would again. */
const away = /^(cache|bus|database)-away$/

/** A line about a store has `store`; one that only follows from its absence is for those who look closely. */
function follows(line: unknown): boolean {
  if (typeof line !== 'object' || line === null || 'store' in line || !('err' in line)) return false
  for (let at = line.err; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && away.test(at.code)) return true
  }
  return false
}

/**
 * JSON lines on stdout; readable ones on a terminal, one a message. No control character that came from outside gets into
 * either. Credentials that ride in URLs and SQL parameters are left out.
 */
export function openLog(level: string, terminal = process.stdout.isTTY === true): Logger {
  const options = {
    level,
    base: { pid: process.pid },
    hooks: {
      logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number) {
        if (level === WARN && follows(args[0])) this.debug(...args)
        else method.apply(this, args)
      },
    },
    serializers: {
      err: (error: unknown) =>
        error instanceof Error ? describeError(error) : { message: withoutSecrets(String(error)) },
    },
  }
  if (!terminal) return pino({ ...options, hooks: { ...options.hooks, streamWrite: escapeUnseen } })
  // Errors and objects are indented below the line of their message, which has one line.
  const messageFormat = (line: Record<string, unknown>, key: string) =>
    String(line[key] ?? '').replaceAll('\n', '\\n')
  return pino(
    { ...options, hooks: { ...options.hooks, streamWrite: escapeControls } },
    pretty({ ignore: 'pid', sync: true, messageFormat }),
  )
}

const LONGEST_NAME = 100

interface ErrorLine {
  readonly name: string
  readonly message: string
  readonly code?: string | number
  readonly stack?: string | undefined
  readonly cause?: ErrorLine
}

function describeError(error: Error, depth = 0): ErrorLine {
  // Nothing keeps a library from making them other than they are declared.
  const { cause, code, stack } = error as { cause?: unknown; code?: unknown; stack?: unknown }
  const given = String(error.message)
  const message = withoutSecrets(given)
  return {
    name: String(error.name).slice(0, LONGEST_NAME),
    message,
    ...(code === undefined
      ? {}
      : { code: typeof code === 'number' ? code : String(code).slice(0, LONGEST_NAME) }),
    ...(depth === 0 && typeof stack === 'string' ? { stack: describeStack(stack, given, message) } : {}),
    ...(cause instanceof Error && depth < 3 ? { cause: describeError(cause, depth + 1) } : {}),
  }
}

/** A stack begins with the message, which may look like a stack itself, or be so long that no frame would be shown. */
function describeStack(stack: string, message: string, shown: string): string {
  const at = stack.indexOf(message)
  if (at < 0) return withoutSecrets(stack)
  const frames = stackInSources(stack.slice(at + message.length))
  return withoutSecrets(stack.slice(0, at)) + shown + withoutSecrets(frames)
}
