import type { Status } from '#contract/widget-state.ts'
import type { Tone } from '#widgets/ui/state-dot.tsx'

/** How a card says its state: a glyph's tone, its name, and whether the name is also written out. */
export interface StatusWords {
  readonly tone: Tone
  readonly label: string
  readonly written: boolean
}

const words: { readonly [S in Status]: StatusWords } = {
  fresh: { tone: 'good', label: 'Up to date', written: false },
  empty: { tone: 'good', label: 'Up to date', written: false },
  refreshing: { tone: 'busy', label: 'Refreshing', written: true },
  loading: { tone: 'busy', label: 'Loading', written: true },
  stale: { tone: 'warn', label: 'Out of date', written: true },
  failed: { tone: 'bad', label: 'Update failed', written: true },
  unavailable: { tone: 'muted', label: 'Needs a setting', written: true },
}

/** While updates are paused nobody knows whether a result is still right, so no card says that it is. */
export function statusWords(status: Status, paused: boolean): StatusWords {
  return paused && (status === 'fresh' || status === 'empty')
    ? { tone: 'muted', label: 'Paused', written: true }
    : words[status]
}
