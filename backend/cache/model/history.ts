import fc from 'fast-check'
import type { Key } from '../version.ts'
import { slugs } from './hubs.ts'
import { keys } from './world.ts'

const key = fc.constantFrom<Key>(...keys)
const nth = fc.nat(5)
const browser = fc.nat(2)
const node = fc.nat(2)
const daemon = fc.nat(1)
const retryAfter = fc.constantFrom(undefined, 3000, 10_000)
const step = <Do extends string, Fields extends object>(
  weight: number,
  name: Do,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
) => ({ weight, arbitrary: fc.record(fields).map((values) => ({ do: name, ...(values as Fields) })) })

/** Sources, the bus and the daemons. */
const events = [
  step(10, 'publish', { key }),
  step(10, 'deliver', {
    nth,
    daemon,
    how: fc.constantFrom('ack' as const, 'ack' as const, 'repeat' as const, 'crash' as const),
  }),
  // The same in two steps, with others between.
  step(4, 'take', { nth, daemon }),
  step(4, 'finish', { nth }),
  step(1, 'replay', { daemon }),
  step(1, 'restart', { daemon }),
  step(3, 'index', { daemon }),
  step(1, 'note', { daemon }),
  step(2, 'edit', {
    hub: fc.constantFrom(...slugs),
    widget: fc.constantFrom('0', '1'),
    key: fc.constantFrom('outside', 'spaced', 'log', 'clock', 'own'),
  }),
] as const

const loads = [
  step(8, 'work', { limit: fc.integer({ min: 1, max: 4 }) }),
  // A daemon ends with keys claimed.
  step(1, 'claim', { limit: fc.integer({ min: 1, max: 4 }) }),
  step(1, 'unclaim', { limit: fc.integer({ min: 1, max: 4 }), ms: fc.constantFrom(1000, 2000) }),
  step(8, 'acquire', { key }),
  step(6, 'look', { nth }),
  step(8, 'commit', { nth }),
  step(1, 'fail', { nth, retryAfter }),
  step(2, 'breakDown', { key, retryAfter }),
  step(2, 'recover', { key }),
  step(2, 'crash', { nth }),
  step(2, 'release', { nth }),
  step(2, 'extend', { nth }),
  step(8, 'pass', { ms: fc.constantFrom(1, 150, 300, 1000, 2000, 5000, 10_000, 20_000, 60_000) }),
  step(2, 'want', { key }),
  step(1, 'pulse', { nth }),
] as const

const streams = [
  step(3, 'open', { browser, node }),
  step(5, 'connect', { browser, node }),
  step(10, 'proceed', { browser }),
  step(10, 'write', { browser, count: fc.nat(3) }),
  step(3, 'cut', { browser }),
  step(3, 'renew', { browser }),
  step(3, 'refetch', { browser }),
  step(3, 'arrive', { browser }),
  step(8, 'poll', { node }),
  step(3, 'learn', { node }),
] as const

const usual = [...events, ...loads, ...streams, step(1, 'flush', {})] as const
const failovers = [step(6, 'lag', {}), step(6, 'failOver', {})] as const

const promotions = [step(3, 'lag', {}), step(3, 'failOver', {}), step(1, 'fallBack', {})] as const

const many = { minLength: 1, maxLength: 80, size: 'max' } as const

/** Without a failover, which a cache in memory does not have. */
export const histories = fc.array(fc.oneof(...usual), many)
export const historiesWithFailover = fc.array(fc.oneof(...usual, ...failovers), many)
/** On two real servers, of which one follows the other. */
export const historiesWithPromotion = fc.array(fc.oneof(...usual, ...promotions), many)

type Of<History> = History extends fc.Arbitrary<(infer Step)[]> ? Step : never
export type Step = Of<typeof histories> | Of<typeof historiesWithFailover> | Of<typeof historiesWithPromotion>
