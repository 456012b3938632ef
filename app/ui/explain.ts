import type { Explanation } from '#contract/explanation.ts'
import { plainBidi } from '#widgets/kit/plain-bidi.ts'

const states: { readonly [S in Explanation['status']]: string } = {
  fresh: 'It is up to date.',
  empty: 'It is up to date, and there is nothing to show.',
  refreshing: 'It is being loaded again.',
  loading: 'It is being loaded for the first time.',
  stale: 'It is out of date and waits to be loaded again.',
  failed: 'The last load failed; what you see is the result before it.',
  unavailable: 'Something it needs is not set up.',
}

const outcomes = { changed: 'Changed', confirmed: 'Checked, no change', failed: 'Failed' } as const
const shown = 5

/** An explanation in plain sentences, shortened to what fits a card. */
export function explain(explanation: Explanation) {
  // Topics and names in it are from outside.
  const plain = plainBidi(explanation) as Explanation
  const { status, cause, audited, error, interests, freshness, now } = plain
  const topics = [...new Set(cause.map((event) => event.topic))]
  return {
    now: [
      states[status],
      ...(topics.length > 0 ? [`What you see was changed by ${list(topics, 'and')}.`] : []),
      ...(audited ? ['An audit found that it had changed. No event had said so.'] : []),
      // What is shown is of the last load that gave something.
      ...(plain.loads.find(({ outcome }) => outcome !== 'failed')?.notes ?? []),
      ...(error ? [`${sentence(error.message)} Reference ${error.reference}.`] : []),
    ],
    becomesStale: [
      whenEvents(interests),
      freshness.dueAt === null
        ? `Checked again ${duration(freshness.maxAge * 1000)} after each load at the latest.`
        : freshness.dueAt <= now
          ? 'Checked again now.'
          : `Checked again in ${duration(freshness.dueAt - now)} at the latest.`,
    ],
    events: plain.events.slice(0, shown).map((event) => ({ ...event, doubt: doubtOf(event) })),
    loads: plain.loads.slice(0, shown).map(({ startedAt, endedAt, outcome }) => ({
      startedAt,
      endedAt,
      text: `${outcomes[outcome]} (${duration(endedAt - startedAt)})`,
    })),
  }
}

/** What is not believed of an event, if anything. */
function doubtOf({ saidTime }: Explanation['events'][number]): string | undefined {
  if (saidTime === undefined) return undefined
  return `It says ${new Date(saidTime).toISOString()}, which cannot be: it counts as of its arrival.`
}

function whenEvents(interests: Explanation['interests']): string {
  if (interests.length === 0) return 'No event changes it.'
  if (interests.some(({ topic, where }) => topic === '>' && !where)) return 'When any event arrives.'
  return `When an event arrives on ${list(interests.map(interestWords), 'or')}.`
}

function interestWords({ topic, where }: Explanation['interests'][number]): string {
  const conditions = Object.entries(where ?? {}).map(([field, value]) => `${field} is ${String(value)}`)
  // Quoted, because patterns end in characters that read as punctuation.
  return conditions.length > 0 ? `“${topic}” where ${list(conditions, 'and')}` : `“${topic}”`
}

function list(items: readonly string[], word: 'and' | 'or'): string {
  const last = items.at(-1) ?? ''
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} ${word} ${last}`
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

/** Milliseconds in words, to one unit. */
function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.max(0, Math.round(milliseconds))} ms`
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return seconds < 129_600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`
}
