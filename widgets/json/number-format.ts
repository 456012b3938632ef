import { readMoment } from '../kit/moment.ts'

/** What a number of an answer can be. */
export const formats = ['number', 'id', 'percent', 'bytes', 'duration', 'date', 'money'] as const
export type Format = (typeof formats)[number]

const idWords = new Set(
  `id ids iid uid gid pid ppid uuid guid number no nr num year port issue ticket pr pull mr build version revision rev
  code sha zip zipcode postcode phone serial sku isbn asn ref`.split(/\s+/),
)

/** Whether what is called so is a name made of digits, which are not grouped: an id, a year, a port. */
export function isIdName(name: string): boolean {
  if (/^#|№$/.test(name)) return true
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter(Boolean)
  return idWords.has(words.at(-1) ?? '')
}

/** Whether a text is nothing but one number, such as the digits of one that JavaScript would round. */
export function isNumeric(text: string): boolean {
  return text.length <= 400 && /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)
}

/**
 * A number as a reader reads it. `bytes` are counted in powers of 1024, a `duration` is in seconds, a `percent` is of a
 * hundred, a `date` is seconds or milliseconds since 1970 or a text that says it, and shown in UTC. A text that is no
 * number stays as it is.
 */
export function formatted(value: number | string, format: Format, currency = 'USD'): string {
  if (format === 'date') return dateText(value)
  if (format === 'id' || (typeof value === 'string' && !isNumeric(value))) return String(value)
  switch (format) {
    case 'number':
      return numberText(value)
    case 'percent':
      return `${numberText(value)}%`
    case 'bytes':
      return bytesText(Number(value))
    case 'duration':
      return durationText(Number(value))
    case 'money':
      return new Intl.NumberFormat('en', { style: 'currency', currency }).format(exact(value))
  }
}

/** A number in few characters, such as 12.3M, where all of it does not fit. */
export function compactText(value: number | string): string {
  return new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 }).format(
    exact(value),
  )
}

function exact(value: number | string): number | bigint {
  if (typeof value === 'number') return value
  const number = Number(value)
  return /^-?\d+$/.test(value) && !Number.isSafeInteger(number) ? BigInt(value) : number
}

/**
 * Digits in groups. Six behind the point are shown; of more, which come of reckoning, four, or as many as it takes not
 * to make a whole number of one that is none: 99.99999 is not 100.
 */
function numberText(given: number | string): string {
  const value = exact(given)
  if (typeof value === 'bigint') return value.toLocaleString('en')
  const size = Math.abs(value)
  if (size !== 0 && (size < 0.0001 || size >= 1e21))
    return String(Number(value.toPrecision(6)).toExponential())
  const behind = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0
  let shown = behind <= 6 ? behind : 4
  while (shown < behind && Number(value.toFixed(shown)) === Math.round(value)) shown++
  return value.toLocaleString('en', { maximumFractionDigits: shown })
}

const sizes = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB']

function bytesText(bytes: number): string {
  let value = bytes
  let step = 0
  for (; Math.abs(value) >= 1023.95 && step < sizes.length - 1; step++) value /= 1024
  return `${value.toLocaleString('en', { maximumFractionDigits: step === 0 ? 0 : 1 })} ${sizes[step]}`
}

const spans = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** To two units: 4 d 3 h. */
function durationText(seconds: number): string {
  const size = Math.abs(seconds)
  const sign = seconds < 0 ? '-' : ''
  const amount = (value: number) => value.toLocaleString('en', { maximumSignificantDigits: 3 })
  if (size > 0 && size < 1) return `${sign}${amount(size * 1000)} ms`
  if (size < 10) return `${sign}${amount(size)} s`
  const whole = Math.round(size)
  const at = spans.findIndex(([, length]) => whole >= length)
  const [unit, length] = spans[at] ?? spans[3]
  const [smaller, part] = spans[at + 1] ?? []
  const rest = part === undefined ? 0 : Math.floor((whole % length) / part)
  const first = `${sign}${Math.floor(whole / length).toLocaleString('en')} ${unit}`
  return rest === 0 ? first : `${first} ${rest} ${smaller}`
}

function dateText(value: number | string): string {
  const time = readMoment(value)
  if (time === undefined) return String(value)
  const [day = '', clock = ''] = new Date(time).toISOString().split('T')
  const minutes = clock.slice(0, 5)
  return minutes === '00:00' ? day : `${day} ${minutes} UTC`
}
