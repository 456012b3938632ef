import { claim, unclaim } from './claim.ts'
import { entry } from './entry.ts'
import { invalidate } from './invalidate.ts'
import { acquire, commit, extend, fail, release } from './lease.ts'
import { epoch, gate, life } from './life.ts'
import { lastPulse, pulse } from './pulse.ts'
import { interest, read } from './read.ts'

const leases = { acquire, extend, release, commit, fail }
const verbs = { invalidate, read, interest, claim, unclaim, ...leases, pulse, lastPulse }

export type Verb = keyof typeof verbs

/** The whole text of each script, by verb. */
export const scripts: Record<Verb | 'epoch', string> = {
  epoch,
  ...whole(),
}

function whole(): Record<Verb, string> {
  const names = Object.keys(verbs) as Verb[]
  return Object.fromEntries(names.map((name) => [name, life + gate + entry + verbs[name]])) as Record<
    Verb,
    string
  >
}
