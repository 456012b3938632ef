import type { WidgetSnapshot } from '#contract/snapshot.ts'
import type { LiveStatus } from '../core/live-state.ts'
import type { InitialView } from '../core/messages.ts'
import type { HubLayout } from '../core/shows.ts'

/**
 * Where a document keeps what its components draw. `name` is of what is shown, a hub or a widget. Of states and layouts
 * the newer one stays, whichever is written last.
 */
export interface PageCache {
  /** What the server rendered, as far as it is news. */
  seed(view: InitialView): void
  state(key: string): WidgetSnapshot | undefined
  /** `now`: server time, in milliseconds since 1970. */
  writeState(state: WidgetSnapshot, now: number): void
  /** Until it is written again, of the same version or a later one. */
  forgetState(key: string): void
  layout(name: string): HubLayout | undefined
  writeLayout(name: string, layout: HubLayout): void
  writeGone(name: string, gone: boolean): void
  /** Null until the holder says how it stands. */
  writeStatus(name: string, status: LiveStatus | null): void
}
