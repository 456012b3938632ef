import { buildState } from '../kit/build-status.ts'
import type { PlainData } from './plain-data.ts'

/** One thing told with somebody who did it before it, and without. */
interface Voices {
  readonly active?: string
  readonly passive: string
}

/** How an event without a shape of its own is told. */
export interface Wording {
  readonly one: Voices
  /** Tells of this many, of which the one is the newest. */
  several(count: number): Voices
  /** Events with another verb are not told with it. */
  readonly verb: string
}

type Tell = (words: readonly string[], data: PlainData, subject: string) => Wording

/** By the first word of the topic, for topics that teams are likely to have. */
const tellers = new Map<string, Tell>([
  ['deploy', tellDeploy],
  ['deployment', tellDeploy],
  ['release', tellRelease],
  ['feedback', tellFeedback],
])

/** `words` are those of the topic; `subject` is the event's, which speaks when its data does not. */
export const wordingOf: Tell = (words, data, subject) => {
  const [first = '', ...rest] = words
  const tell = rest.length > 0 ? tellers.get(first) : undefined
  return (tell ?? tellAny)(words, data, subject)
}

const environments =
  /^(?:prod|production|stag(?:e|ing)|dev|development|test|testing|qa|uat|preview|live|canary|sandbox|demo)$/i

interface Act {
  readonly done: string
  /** Without who did it. */
  readonly wasDone: string
}

const deployed = new Map<string | undefined, Act>([
  ['running', { done: 'is deploying', wasDone: 'is being deployed' }],
  ['queued', { done: 'is about to deploy', wasDone: 'waits to be deployed' }],
  ['failed', { done: 'could not deploy', wasDone: 'could not be deployed' }],
  ['cancelled', { done: 'stopped deploying', wasDone: 'was not deployed' }],
  ['skipped', { done: 'skipped deploying', wasDone: 'was not deployed' }],
])

/** `deploy.<environment>.<application>`, or one of both. */
function tellDeploy([, ...rest]: readonly string[], data: PlainData, subject: string): Wording {
  const [first = ''] = rest
  const isEnvironment = rest.length > 1 || environments.test(first)
  const environment = data.field('environment', 'env', 'stage') ?? (isEnvironment ? first : '')
  const what =
    data.field('app', 'application', 'service', 'component', 'project', 'name') ??
    rest.slice(isEnvironment ? 1 : 0).join(' ')
  const state = buildState(data.field('status', 'state', 'result', 'outcome') ?? '')
  const act = deployed.get(state) ?? { done: 'deployed', wasDone: 'was deployed' }
  return acted(act, what, environment === '' ? '' : `to ${environment}`, data, subject)
}

function tellRelease([, ...rest]: readonly string[], data: PlainData, subject: string): Wording {
  return acted({ done: 'released', wasDone: 'was released' }, rest.join(' '), '', data, subject)
}

function acted(act: Act, what: string, where: string, data: PlainData, subject: string): Wording {
  const version = data.field('version', 'tag', 'release', 'revision', 'ref') ?? ''
  const message = data.message || (version === '' ? subject : '')
  const thing = [what, version].filter(Boolean).join(' ') || 'something'
  const plain = what || 'something'
  const last = version || message
  return {
    verb: act.wasDone,
    one: {
      active: said([act.done, thing, where], message),
      passive: said([thing, act.wasDone, where], message),
    },
    several: (count) => ({
      active: joined([act.done, plain, where], count, last),
      passive: joined([plain, act.wasDone, where], count, last),
    }),
  }
}

function tellFeedback([, ...rest]: readonly string[], data: PlainData, subject: string): Wording {
  const about = rest.join(' ')
  // Some send it in quotation marks already.
  const words = (data.message || subject).replace(/^(?:“([^“”]*)”|"([^"]*)")$/, '$1$2')
  const rating = data.field('rating', 'score', 'stars')
  const quoted = [words === '' ? '' : `“${words}”`, rating === undefined ? '' : `rated ${rating}`]
    .filter(Boolean)
    .join(', ')
  return {
    verb: 'feedback',
    one: {
      active: said(['gave feedback on', about], quoted),
      passive: said(['somebody gave feedback on', about], quoted),
    },
    several: (count) => ({
      active: joined(['gave feedback on', about], count, quoted),
      passive: joined(['feedback came on', about], count, quoted),
    }),
  }
}

/** Last words of topics that say what happened by themselves; the other ones in -ed need a `was`. */
const intransitive =
  /^(?:failed|succeeded|started|finished|completed|ended|stopped|crashed|recovered|passed|expired|arrived|appeared|changed|joined|left|happened|restarted|errored|(?:signed|logged|checked) (?:in|up|out))$/
const states = /^(?:up|down|done|gone|ready|back|over|full|late|broken|online|offline)$/
const participles =
  /^(?:(?!embed$|shed$|hundred$)[a-z -]{2,}(?<!e)ed|built|sent|lost|found|paid|begun|made|shut|sold|bought|held|put|read|written|taken)$/

/** `order.paid` is told as such, `num.x` by what it is or reports. */
function tellAny(words: readonly string[], data: PlainData, subject: string): Wording {
  const what = words.join(' ')
  const last = words.at(-1) ?? ''
  const thing = words.slice(0, -1).join(' ')
  const told = data.message || data.details || subject
  if (thing !== '' && (intransitive.test(last) || states.test(last) || participles.test(last))) {
    const isTransitive = !intransitive.test(last) && !states.test(last)
    const wasDone = isTransitive ? `was ${last}` : states.test(last) ? `is ${last}` : last
    return {
      verb: last,
      one: {
        ...(isTransitive ? { active: said([last, thing], told) } : {}),
        passive: said([thing, wasDone], told),
      },
      several: (count) => ({
        ...(isTransitive ? { active: joined([last, thing], count, told) } : {}),
        passive: joined([thing, wasDone], count, told),
      }),
    }
  }
  if (data.message === '' && data.value !== undefined) {
    const { value } = data
    return {
      verb: 'is',
      one: { passive: `${what} is ${value}` },
      several: (count) => ({ passive: `${what} was told ${count} times, and is ${value}` }),
    }
  }
  const one =
    data.message !== ''
      ? `${what}: ${data.message}`
      : told === ''
        ? `${what} happened`
        : data.details === ''
          ? `${what} tells of ${told}`
          : `${what} reports ${told}`
  return {
    verb: 'reports',
    one: { passive: one },
    several: (count) => ({ passive: joined([what, told === '' ? 'happened' : 'reported'], count, told) }),
  }
}

function said(parts: readonly string[], message: string): string {
  const sentence = parts.filter(Boolean).join(' ')
  return message === '' ? sentence : `${sentence}: ${message}`
}

function joined(parts: readonly string[], count: number, last: string): string {
  return `${parts.filter(Boolean).join(' ')} ${count} times${last === '' ? '' : `, last ${last}`}`
}
