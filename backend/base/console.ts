import { format, stripVTControlCharacters } from 'node:util'
import type { Logger } from 'pino'
import { withoutSecrets } from './without-secrets.ts'

const levels = {
  log: 'info',
  info: 'info',
  debug: 'debug',
  warn: 'warn',
  error: 'error',
  trace: 'debug',
} as const

/**
 * From now on what libraries say on the console is lines of the log: Next writes there what clients sent, which would
 * forge lines and steer the terminal of who reads them.
 */
export function consoleTo(log: Logger): void {
  for (const [name, level] of Object.entries(levels)) {
    console[name as keyof typeof levels] = (...said: unknown[]) => {
      const err = said.find((each) => each instanceof Error)
      const text = stripVTControlCharacters(
        withoutSecrets(format(...said.filter((each) => each !== err))),
      ).trim()
      if (text === '' && !err) return
      log[level]({ from: 'console', ...(err ? { err } : {}) }, text || withoutSecrets(String(err)))
    }
  }
}
