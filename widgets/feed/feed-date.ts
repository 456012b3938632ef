const minute = 60_000

/** Minutes east of Greenwich; where writers of feeds mean several zones by one name, the most frequent of them. */
const zones: Readonly<Record<string, number>> = {
  ...{ WET: 0, WEST: 60, BST: 60, IST: 330, CET: 60, CEST: 120, MET: 60, MEST: 120, MEZ: 60, MESZ: 120 },
  ...{ EET: 120, EEST: 180, MSK: 180, TRT: 180, SAST: 120, WAT: 60, CAT: 120, EAT: 180, GST: 240, PKT: 300 },
  ...{
    ICT: 420,
    WIB: 420,
    HKT: 480,
    SGT: 480,
    PHT: 480,
    AWST: 480,
    JST: 540,
    KST: 540,
    ACST: 570,
    ACDT: 630,
  },
  ...{ AEST: 600, AEDT: 660, NZST: 720, NZDT: 780, NST: -210, NDT: -150, AST: -240, ADT: -180, EST: -300 },
  ...{ EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480, PDT: -420, AKST: -540, AKDT: -480 },
  ...{ HST: -600, BRT: -180, ART: -180, CLT: -240, CLST: -180 },
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const clock = String.raw`(?:,?[T\s]+(?:at\s+)?(?<hour>\d{1,2})[:.]?(?<minute>\d{2})(?:[:.]?(?<second>\d{2})(?:[.,]\d+)?)?\s*(?<half>[ap]\.?m\.?(?![a-z]))?)?`
const zone = String.raw`\s*(?<zone>[a-z+\-−(].*)?$`
const weekday = String.raw`^(?:[a-z]+\.?,?\s+)?`
const month = String.raw`(?<name>[a-z]{3})[a-z]*\.?,?`

/** From the commonest to the rarest; each names the parts of a date it finds. */
const forms: readonly RegExp[] = [
  // RFC 822 and its kin: Fri, 11 Feb 2022 19:58:02 CET
  String.raw`${weekday}(?<day>\d{1,2})(?:st|nd|rd|th)?[\s-]+${month}[\s-]*(?<year>\d{4}|\d{2})${clock}${zone}`,
  // RFC 3339, ISO 8601 and what programs print: 2017-08-01 13:55:44.36 +0200 CEST
  String.raw`^(?<year>\d{4})[-/.]?(?<month>\d{2})[-/.]?(?<day>\d{2})${clock}${zone}`,
  // asctime and the date command: Tue Mar  5 10:00:00 CET 2024
  String.raw`^[a-z]+,?\s+${month}\s+(?<day>\d{1,2})${clock}\s*(?<zone>[a-z+-][\w:+-]*)?\s+(?<year>\d{4})$`,
  // March 5, 2024 at 10:00 PM
  String.raw`${weekday}${month}\s+(?<day>\d{1,2})(?:st|nd|rd|th)?,?\s+(?<year>\d{4})${clock}${zone}`,
  // 05.03.2024 10:00: with points the day always comes first
  String.raw`^(?<day>\d{1,2})\.\s?(?<month>\d{1,2})\.\s?(?<year>\d{4})${clock}${zone}`,
  // 25/03/2024 and 03/25/2024: either may come first
  String.raw`^(?<either>\d{1,2})[/-](?<other>\d{1,2})[/-](?<year>\d{4})${clock}${zone}`,
].map((form) => new RegExp(form, 'i'))

/**
 * When a feed's words for a time mean, in milliseconds since 1970, the same on every machine; nothing when they do not
 * say for certain. A time without a zone, or in one that is not known, is taken as UTC. `Date.parse` guesses: it reads
 * 05.03.2024 as May, a text with any number in it as a date, and all without a zone by the machine's own.
 */
export function feedDate(text: string): number | undefined {
  const given = text.trim().replace(/\s+/g, ' ')
  if (given.length > 80) return undefined
  if (/^\d{9,13}$/.test(given)) return Number(given) * (Number(given) < 1e11 ? 1000 : 1)
  for (const form of forms) {
    const parts = form.exec(given)?.groups
    if (parts) return instant(parts)
  }
  return undefined
}

type Parts = Readonly<Record<string, string | undefined>>

function instant(parts: Parts): number | undefined {
  const date = dayOf(parts)
  const year = fullYear(parts.year ?? '')
  const hour = hourOf(parts)
  const [at, second] = [Number(parts.minute ?? 0), Number(parts.second ?? 0)]
  const offset = offsetOf(parts.zone)
  if (!date || hour === undefined || offset === undefined || at > 59 || second > 60) return undefined
  const midnight = Date.UTC(year, date.month - 1, date.day)
  const found = new Date(midnight)
  if (found.getUTCMonth() !== date.month - 1 || found.getUTCDate() !== date.day) return undefined
  const time = midnight + (hour * 60 + at - offset) * minute + second * 1000
  // What programs write for a date they do not have: the years 1, 1900 and the first second of 1970.
  return year <= 1900 || time === 0 ? undefined : time
}

function dayOf({ name, month, day, either, other }: Parts): { month: number; day: number } | undefined {
  if (either !== undefined && other !== undefined) {
    const [first, second] = [Number(either), Number(other)]
    if (first === second || second > 12) return { month: first, day: second }
    return first > 12 ? { month: second, day: first } : undefined
  }
  const number = name === undefined ? Number(month) : months.indexOf(name.toLowerCase()) + 1
  return number >= 1 && number <= 12 ? { month: number, day: Number(day) } : undefined
}

/** Two digits as RFC 5322 reads them, section 4.3. */
function fullYear(year: string): number {
  const number = Number(year)
  if (year.length > 2) return number
  return number < 50 ? 2000 + number : 1900 + number
}

function hourOf({ hour = '0', half }: Parts): number | undefined {
  const number = Number(hour)
  if (half === undefined) return number <= 24 ? number : undefined
  if (number < 1 || number > 12) return undefined
  return (number % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0)
}

/** Minutes east of Greenwich; a name behind a number is a remark. Nothing when it is no zone at all. */
function offsetOf(zone: string | undefined): number | undefined {
  if (zone === undefined) return 0
  const [, sign, hours, minutes = '0'] =
    /^\(?(?:GMT|UTC?|Z)?\s*([+\-−])\s*(\d{1,2}):?(\d{2})?(?!\d)/i.exec(zone) ?? []
  if (hours !== undefined) {
    const size = Number(hours) * 60 + Number(minutes)
    return size <= 14 * 60 ? (sign === '+' ? size : -size) : undefined
  }
  const name = /^\(?([a-z]+)/i.exec(zone)?.[1]
  return name === undefined ? undefined : (zones[name.toUpperCase()] ?? 0)
}
