/** Zones that name one offset, in minutes ahead of UTC. `IST` and the like name several, and so none. */
const zones = new Map(
  Object.entries({
    ...{ Z: 0, UTC: 0, UT: 0, GMT: 0, WET: 0, WEST: 60, BST: 60, CET: 60, MET: 60, CEST: 120, MEST: 120 },
    ...{
      MESZ: 120,
      MEZ: 60,
      EET: 120,
      EEST: 180,
      SAST: 120,
      MSK: 180,
      SGT: 480,
      HKT: 480,
      JST: 540,
      KST: 540,
    },
    ...{ AWST: 480, ACST: 570, ACDT: 630, AEST: 600, AEDT: 660, NZST: 720, NZDT: 780, NST: -210, NDT: -150 },
    ...{ AST: -240, ADT: -180, EST: -300, EDT: -240, CST: -360, CDT: -300, MST: -420, MDT: -360, PST: -480 },
    ...{ PDT: -420, AKST: -540, AKDT: -480, HST: -600, BRT: -180 },
  }),
)
const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const clock =
  '(?<hour>\\d{1,2}):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:[.,](?<fraction>\\d{1,9}))?)?(?:\\s*(?<half>[ap])\\.?m\\b\\.?)?'
/** An offset, perhaps with the name of its zone after it, or a name alone. */
const zone =
  '(?:(?:(?:GMT|UTC)(?=[+-]))?(?<zone>[+-]\\d\\d(?::?\\d\\d)?|[A-Za-z]{1,5})(?:\\s*\\(?[A-Za-z]{1,5}\\)?)?)?'
const weekday = '(?:[A-Za-z]{3,9},?\\s+)?'
const month = '(?<monthName>[A-Za-z]{3,9})\\.?'

const forms = [
  // ISO 8601 and RFC 3339, also as Go prints it: 2017-08-01 13:55:44.364419679 +0200 CEST
  `(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)(?:(?:T|\\s+)${clock}\\s*${zone})?`,
  '(?<year>\\d{4})(?<month>\\d\\d)(?<day>\\d\\d)(?:T(?<hour>\\d\\d)(?<minute>\\d\\d)(?<second>\\d\\d)?(?<zone>Z|[+-]\\d\\d:?\\d\\d)?)?',
  // RFC 2822 and what came before it: Tue, 04 Jun 2024 10:25:00 BST, Sunday, 06-Nov-94 08:49:37 GMT
  `${weekday}(?<day>\\d{1,2})(?:\\s+|-)${month}(?:\\s+|-)(?<year>\\d{4}|\\d\\d)(?:,?\\s+${clock}\\s*${zone})?`,
  // Of date, ctime and git: Thu Apr  7 15:13:13 UTC 2005, Thu Apr 7 15:13:13 2005 -0700
  `${weekday}${month}\\s+(?<day>\\d{1,2})\\s+${clock}\\s+(?:(?<zoneBefore>[A-Z]{1,5})\\s+)?(?<year>\\d{4})(?:\\s+${zone})?`,
  `${weekday}${month}\\s+(?<day>\\d{1,2}),?\\s+(?<year>\\d{4})(?:,?\\s+${clock}\\s*${zone})?`,
  // With dots the day comes first wherever it is written; with slashes only days above 12 tell themselves.
  `(?<day>\\d{1,2})\\.(?<month>\\d{1,2})\\.(?<year>\\d{4})(?:,?\\s+${clock}\\s*${zone})?`,
  `(?<day>1[3-9]|[23]\\d)/(?<month>\\d{1,2})/(?<year>\\d{4})(?:,?\\s+${clock}\\s*${zone})?`,
  `(?<month>\\d{1,2})/(?<day>1[3-9]|[23]\\d)/(?<year>\\d{4})(?:,?\\s+${clock}\\s*${zone})?`,
].map((form) => new RegExp(`^${form}$`, 'i'))

/**
 * Milliseconds since 1970 of a date as ISO 8601, RFC 3339 and RFC 2822 write it, and what else can mean one time
 * alone. A date without a zone is in UTC, wherever this runs; with a zone nobody knows it is none. (`Date.parse` takes
 * what it does not understand for local time, for the month before the day, or for another year.)
 */
export function momentOfText(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed.length > 80) return undefined
  for (const form of forms) {
    const found = form.exec(trimmed)
    if (found?.groups) return instant(found.groups)
  }
  return undefined
}

function instant(said: Readonly<Record<string, string | undefined>>): number | undefined {
  const year = yearOf(said.year ?? '')
  const month = said.monthName === undefined ? Number(said.month) - 1 : monthOf(said.monthName)
  const day = Number(said.day)
  const hour = hourOf(said.hour ?? '0', said.half)
  const minute = Number(said.minute ?? 0)
  // A leap second is told as the one before it.
  const second = Math.min(59, Number(said.second ?? 0))
  const offset = offsetOf(said.zone ?? said.zoneBefore)
  if (offset === undefined || month < 0 || hour > 24 || minute > 59 || Number(said.second ?? 0) > 60)
    return undefined
  if (hour === 24 && (minute > 0 || second > 0)) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return undefined
  const milliseconds = Number((said.fraction ?? '').padEnd(3, '0').slice(0, 3))
  return date.getTime() + ((hour * 60 + minute - offset) * 60 + second) * 1000 + milliseconds
}

/** Of the day; 99, which no day has, for what no half of a day has. */
function hourOf(text: string, half: string | undefined): number {
  const hour = Number(text)
  if (half === undefined) return hour
  return hour < 1 || hour > 12 ? 99 : (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0)
}

function yearOf(text: string): number {
  const year = Number(text)
  if (text.length > 2) return year
  return year < 50 ? 2000 + year : 1900 + year
}

function monthOf(name: string): number {
  return months.indexOf(name.slice(0, 3).toLowerCase())
}

/** Minutes ahead of UTC. */
function offsetOf(text: string | undefined): number | undefined {
  if (text === undefined) return 0
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(text) ?? []
  if (sign === undefined) return zones.get(text.toUpperCase())
  const ahead = Number(hours) * 60 + Number(minutes)
  return ahead > 18 * 60 ? undefined : sign === '-' ? -ahead : ahead
}
