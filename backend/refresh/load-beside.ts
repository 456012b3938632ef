import type { Admission } from './admission.ts'
import type { Dispatch } from './dispatch.ts'
import { laneOf } from './lane.ts'
import { type Loadable, type Loaded, load, type OpenContext, type RunningLoad } from './load.ts'
import type { Loadables } from './loadables.ts'

/**
 * Runs a loader beside the due ones, with `now` as its time; its result is the caller's, and nothing is stored. Nothing
 * when there is no capacity for it at once, and once `signal` is aborted, which gives up those under way. Never rejects.
 */
export type LoadBeside = (loadable: Loadable, now: number) => Promise<Loaded | undefined>

export function loaderBeside(options: {
  readonly admission: Pick<Admission, 'admits' | 'enter' | 'begin' | 'leave'>
  readonly sourceOf: Loadables['sourceOf']
  readonly openContext: OpenContext
  readonly dispatch: Pick<Dispatch, 'startWaiting'>
  readonly signal: AbortSignal
}): LoadBeside {
  const { admission, sourceOf, openContext, dispatch, signal } = options
  const underWay = new Set<RunningLoad>()
  const giveUpAll = () => {
    for (const load of underWay) load.giveUp()
  }
  signal.addEventListener('abort', giveUpAll, { once: true })

  return async (loadable, now) => {
    const lane = laneOf(loadable.key, loadable, sourceOf)
    if (signal.aborted || !admission.admits(lane)) return undefined
    const stay = admission.enter(lane)
    // At once, for it was admitted.
    const release = await admission.begin(stay, 0)
    const running = load({ loadable, source: lane.source, now, openContext })
    underWay.add(running)
    const loaded = await running.loaded
    underWay.delete(running)
    release?.(loaded.kind !== 'result')
    admission.leave(stay)
    dispatch.startWaiting()
    return signal.aborted ? undefined : loaded
  }
}
