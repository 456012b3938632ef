import type { Lane } from './lane.ts'
import type { LoadLimits } from './limits.ts'
import { openShare, type Share } from './share.ts'
import type { Standing } from './source-health.ts'

/** Sources whose average is kept at most, beside those that something is loaded from. */
const MOST = 10_000

/** The shares that loads of a lane count in: of all, of their type and of their source, as it stands now. */
export interface LaneShares {
  of(lane: Lane): readonly Share[]
  readonly all: Share
}

export function laneShares(
  limits: LoadLimits,
  standing: (source: string | undefined) => Standing,
): LaneShares {
  const all = openShare(limits.all, limits.keys.all, false)
  // Whatever it is that takes long: only its type or source is bounded by that.
  all.average = 0
  const types = new Map<string, { own: readonly Share[]; unheard: Share; silent: Share }>()
  const sources = new Map<string, Share>()

  function typeShares(type: string): { own: readonly Share[]; unheard: Share; silent: Share } {
    const known = types.get(type)
    if (known) return known
    const made = {
      own: [all, openShare(limits.type, limits.keys.type, true)],
      unheard: openShare(limits.unheard, limits.unheard, false),
      silent: openShare(limits.silent, limits.silent, false),
    }
    types.set(type, made)
    return made
  }

  function sourceShare(source: string, most: number): Share {
    let share = sources.get(source)
    if (!share) {
      if (sources.size >= MOST) forgetIdle()
      share = openShare(most, limits.keys.type, true)
      sources.set(source, share)
    }
    share.most = most
    return share
  }

  function forgetIdle(): void {
    for (const [name, { keys, held }] of sources) if (keys + held === 0) sources.delete(name)
  }

  return {
    all,
    of({ type, source }) {
      const { own, unheard, silent } = typeShares(type)
      if (source === undefined) return own
      const now = standing(source)
      const share = sourceShare(source, limits.source[now])
      if (now === 'answers') return [...own, share]
      return now === 'unheard' ? [...own, share, unheard] : [...own, share, unheard, silent]
    },
  }
}
