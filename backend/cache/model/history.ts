import fc from 'fast-check'
import type { Key } from '../version.ts'
import { keys } from './world.ts'

const key = fc.constantFrom<Key>(...keys)
const nth = fc.nat(5)
const browser = fc.nat(2)
const node = fc.nat(1)
const step = <Do extends string, Fields extends object>(
  weight: number,
  name: Do,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
) => ({ weight, arbitrary: fc.record(fields).map((values) => ({ do: name, ...(values as Fields) })) })

const usual = [
  step(10, 'publish', { key }),
  step(10, 'deliver', {
    nth,
    how: fc.constantFrom('ack' as const, 'ack' as const, 'repeat' as const, 'crash' as const),
  }),
  step(8, 'work', { limit: fc.integer({ min: 1, max: 4 }) }),
  step(8, 'acquire', { key }),
  step(6, 'look', { nth }),
  step(8, 'commit', { nth }),
  step(3, 'fail', { nth, retryIn: fc.constantFrom(1000, 5000) }),
  step(2, 'crash', { nth }),
  step(2, 'release', { nth }),
  step(2, 'extend', { nth }),
  step(8, 'pass', { ms: fc.constantFrom(1, 150, 300, 1000, 2000, 5000, 10_000, 20_000, 60_000) }),
  step(2, 'want', { key }),
  step(1, 'pulse', { nth }),
  step(3, 'open', { browser }),
  step(5, 'connect', { browser, node }),
  step(10, 'proceed', { browser }),
  step(10, 'write', { browser, count: fc.nat(3) }),
  step(3, 'cut', { browser }),
  step(3, 'renew', { browser }),
  step(3, 'refetch', { browser }),
  step(3, 'arrive', { browser }),
  step(8, 'poll', { node }),
  step(1, 'flush', {}),
] as const

const failovers = [step(6, 'lag', {}), step(6, 'failOver', {})] as const

const many = { minLength: 1, maxLength: 80, size: 'max' } as const

/** Without a failover, which a cache in memory does not have. */
export const histories = fc.array(fc.oneof(...usual), many)
export const historiesWithFailover = fc.array(fc.oneof(...usual, ...failovers), many)

type Of<History> = History extends fc.Arbitrary<(infer Operation)[]> ? Operation : never
export type Operation = Of<typeof histories> | Of<typeof historiesWithFailover>
