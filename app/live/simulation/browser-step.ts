import fc from 'fast-check'
import type { Shows } from '../core/shows.ts'

/** What the test does next, to the server, to tabs or to their holder. */
export type BrowserStep =
  | { do: 'change'; key: string; changed: boolean }
  | { do: 'edit' | 'rekey'; slug: string; id: string; key: string }
  | { do: 'add' | 'remove'; slug: string }
  | { do: 'restart' }
  | { do: 'cut'; n: number }
  | { do: 'refuse'; on: boolean }
  | { do: 'network'; n: number; online: boolean }
  | { do: 'open'; shows: Shows; delay: boolean }
  | { do: 'close' | 'die' | 'hide' | 'show' | 'put aside' | 'take back'; n: number }
  | { do: 'lose the holder' | 'silence the holder' | 'lead as well' | 'lead alone' }
  | { do: 'wait'; ms: number }
  | { do: 'run'; tasks: number }

export const slugs = ['a', 'b'] as const
export const ids = ['1', '2'] as const

const slug = fc.constantFrom(...slugs)
const key = fc.tuple(slug, fc.nat(2)).map(([s, n]) => `${s}k${n}`)
const shows = fc.oneof(
  { weight: 3, arbitrary: slug.map((hub) => ({ hub })) },
  fc.tuple(slug, fc.constantFrom(...ids)).map(([hub, id]) => ({ hub, widget: hub + id })),
)
const run = fc.record({ do: fc.constant('run' as const), tasks: fc.nat(12) })
export const step: fc.Arbitrary<BrowserStep> = fc.oneof(
  { weight: 8, arbitrary: run },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('change' as const), key, changed: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('open' as const), shows, delay: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('edit' as const), slug, id: fc.constantFrom(...ids), key }),
  },
  fc.record({ do: fc.constant('rekey' as const), slug, id: fc.constantFrom(...ids), key }),
  fc.record({ do: fc.constantFrom('add' as const, 'remove' as const), slug }),
  fc.record({ do: fc.constant('restart' as const) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cut' as const), n: fc.nat(3) }) },
  fc.record({ do: fc.constant('refuse' as const), on: fc.boolean() }),
  fc.record({ do: fc.constant('network' as const), n: fc.nat(5), online: fc.boolean() }),
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('close', 'die', 'hide', 'show', 'put aside', 'take back') as fc.Arbitrary<'close'>,
      n: fc.nat(5),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose the holder' as const) }) },
  fc.record({
    do: fc.constantFrom('silence the holder', 'lead as well', 'lead alone') as fc.Arbitrary<'lead alone'>,
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(9_000, 21_000, 70_000, 400_000) }),
)
