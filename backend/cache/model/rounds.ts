import fc from 'fast-check'
import type { Key } from '../version.ts'

/** Of the world, those that clients at once play with. */
export const keys = ['outside', 'spaced', 'log'] as const

const key = fc.constantFrom<Key>(...keys)
const act = <Do extends string, Fields extends object>(
  weight: number,
  name: Do,
  fields: { [Name in keyof Fields]: fc.Arbitrary<Fields[Name]> },
) => ({ weight, arbitrary: fc.record(fields).map((values) => ({ do: name, ...(values as Fields) })) })

const nth = fc.nat(5)
/** What one client does while others do theirs. */
const acts = fc.oneof(
  act(6, 'publish', { key }),
  act(6, 'load', { key, slow: fc.boolean() }),
  act(4, 'work', { limit: fc.integer({ min: 1, max: 3 }) }),
  act(3, 'acquire', { key }),
  act(3, 'commit', { nth }),
  act(1, 'fail', { nth }),
  act(1, 'release', { nth }),
  act(1, 'extend', { nth }),
  act(4, 'read', { want: fc.boolean() }),
  act(1, 'watch', {}),
  act(1, 'pulse', { nth }),
)
const round = fc.record({
  /** One for each client, in turns. */
  acts: fc.array(acts, { minLength: 2, maxLength: 8, size: 'max' }),
  /** Milliseconds that pass before it. */
  pass: fc.constantFrom(0, 0, 0, 300, 2000, 10_000),
  /** All is lost, before it or in its midst. */
  flush: fc.oneof(
    { weight: 30, arbitrary: fc.constant('no' as const) },
    fc.constantFrom('before' as const, 'amid' as const),
  ),
})

/** Rounds in which several clients run at once on connections of their own; between two of them nothing is under way. */
export const rounds = fc.array(round, { minLength: 1, maxLength: 12, size: 'max' })
export type Round = Parameters<Parameters<(typeof rounds)['map']>[0]>[0][number]
export type Act = Round['acts'][number]
