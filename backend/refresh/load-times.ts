import { type Durations, openDurations } from '../base/durations.ts'

/** How long loads take; `outcome` is `result`, `failure` or `cut off`. */
export type LoadTimes = Durations<'type' | 'outcome'>

export function loadTimes(): LoadTimes {
  return openDurations({
    name: 'load_duration_seconds',
    help: 'Time a load took, by the type of its widget and how it ended.',
    labels: ['type', 'outcome'],
  })
}
