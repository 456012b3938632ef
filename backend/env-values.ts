import { z } from 'zod'
import { addressRange } from './base/address-range.ts'

// What the values of environment variables may be. Each refuses others in words that follow the name of the variable.

/** Parts between commas. */
export const list = z.string().default('').transform(partsOf)
export const secret = z.string().min(1).optional()
/** What a header can carry as it is. */
export const bearerText = (least: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{${least},200}$`), {
    error: `must have ${least} to 200 letters, digits and signs of ASCII, and no spaces`,
  })
export const pem = z
  .string()
  .regex(/^-----BEGIN [\s\S]+-----END /m, { error: 'must be PEM: name its file by …_FILE' })
  .optional()
/** A number in decimal digits. JavaScript reads 0x1f, 1e3 and blanks as numbers too, which nobody means here. */
export const number = (least: number, most: number, error: string) =>
  z
    .string()
    .trim()
    .regex(/^\d+(\.\d+)?$/, { error, abort: true })
    .transform(Number)
    .pipe(z.number({ error }).min(least, { error }).max(most, { error }))
export const whole = (least: number, most: number, error: string) =>
  number(least, most, error).refine(Number.isSafeInteger, { error })
export const count = (least: number) =>
  whole(least, Number.MAX_SAFE_INTEGER, `must be a whole number of at least ${least}`)
export const ranges = z.string().transform((text, context) =>
  partsOf(text).flatMap((part) => {
    const range = addressRange(part)
    if (range !== undefined) return [range]
    const none = `must be address ranges such as 10.0.0.0/8, separated by commas: ${JSON.stringify(part)} is none`
    context.addIssue(none)
    return []
  }),
)
/** Of itself, what runs on this machine. */
export const proxies = z
  .string()
  .default('127.0.0.0/8,::1/128')
  .transform((text) => (text.trim() === 'none' ? '' : text))
  .pipe(ranges)
/** A host name, and what comes behind it; dots begin no part, so that none leads upwards. */
const address = /^https?:\/\/[^/?#@\\]+((?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)\/?$/i
export const origin = z
  .url({ protocol: /^https?$/, error: 'must be a URL such as https://hubs.example.org' })
  .refine((text) => !URL.canParse(text) || address.test(text), {
    error: (issue) => {
      const { origin } = new URL(String(issue.input))
      return `must be an address such as ${origin} or ${origin}/hubs: a path of letters, digits, dots, dashes and underscores, and no user, query or fragment`
    },
  })
  .transform((text) => new URL(text).origin + (address.exec(text)?.[1] ?? ''))

/** For URLs that a driver takes apart. */
export const undecodable = 'must have a % of its own, as of a password, written as %25'
/** Whether a redis:// URL names a database by its path, or none; the driver takes one of the query too, which would say it twice. */
export function namesDatabase(text: string): boolean {
  if (!URL.canParse(text)) return true
  const { pathname, searchParams } = new URL(text)
  return /^\/?\d{0,5}$/.test(pathname) && !searchParams.has('db')
}

/** Whether each % begins an escape. */
export function decodes(text: string): boolean {
  try {
    return decodeURIComponent(text) !== ''
  } catch {
    return false
  }
}

function partsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}
