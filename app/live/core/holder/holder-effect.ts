import type { ToPage } from '../messages.ts'
import type { Port, Timer } from './holder-input.ts'
import type { Link } from './link.ts'
import type { ReadRequest } from './read-request.ts'

/** What a holder wants done. What comes of it is its next input. */
export type HolderEffect =
  | { readonly kind: 'post'; readonly to: Port; readonly message: ToPage }
  | {
      readonly kind: 'open'
      readonly link: Link
      readonly hubs: readonly string[]
      readonly widgets: readonly string[]
      readonly cursor: string
    }
  | { readonly kind: 'close'; readonly link: Link }
  | { readonly kind: 'read'; readonly read: ReadRequest }
  /** `ms` milliseconds, or as long as one rests after so many failures. */
  | { readonly kind: 'wait'; readonly ms: number; readonly next: Timer }
  | { readonly kind: 'wait'; readonly failures: number; readonly next: Timer }
