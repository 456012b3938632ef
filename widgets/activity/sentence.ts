import type { Outcome } from './clause.ts'

/** What one event says to a reader. */
export interface Sentence {
  /** Who did it; `text` reads on after the name. */
  readonly actor?: string
  readonly text: string
  readonly href?: string
  /** What it tells of. Of several events that tell of one thing, close in time, the newest speaks alone. */
  readonly about?: string
  /** Of several events on one thing it speaks, for it says more. */
  readonly fuller?: true
  /** Things of one group become one line when they are close in time. */
  readonly group: string
  /** The line of several, newest first; without it, the newest speaks for all. */
  joined?(sentences: readonly Sentence[]): Pick<Sentence, 'actor' | 'text' | 'href'>
  /** For `joined`: its name among its like, and how it ended. */
  readonly ended?: Outcome
}
