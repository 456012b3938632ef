import type { WidgetSnapshot } from '#contract/snapshot.ts'
import type { LiveStatus } from './live-state.ts'
import type { HubLayout, Shows } from './shows.ts'

/** What the server rendered, or a page knows since. Everything of its layout is known up to `cursor`. */
export interface InitialView extends Shows {
  readonly layout: HubLayout
  readonly cursor: string
  readonly states: readonly WidgetSnapshot[]
  /** Server time, in milliseconds since 1970. */
  readonly now: number
}

/** What a page knows when it joins. */
export interface Attachment extends InitialView {
  readonly hidden: boolean
}

/** From a page to the holder of the stream. */
export type ToHolder =
  /** Is anybody there? Answered by `who`. */
  | { readonly kind: 'knock' }
  | { readonly kind: 'attach'; readonly page: string; readonly attachment: Attachment }
  /** Still there and visible; answered by `status`, or by `who` when the page was forgotten. */
  | { readonly kind: 'seen'; readonly page: string }
  | { readonly kind: 'hidden'; readonly page: string }
  | { readonly kind: 'detach'; readonly page: string }
  | { readonly kind: 'network'; readonly online: boolean }

/** From the holder to pages. */
export type ToPage =
  /** The holder does not know who is there: attach. Also its first words. */
  | { readonly kind: 'who' }
  | {
      readonly kind: 'states'
      readonly page: string
      readonly states: readonly WidgetSnapshot[]
      /** A page whose layout is not newer than `revision` knows everything up to `cursor`. */
      readonly upTo?: { readonly revision: number; readonly cursor: string }
    }
  | { readonly kind: 'layout'; readonly page: string; readonly layout: HubLayout }
  | { readonly kind: 'gone'; readonly page: string }
  | (LiveStatus & {
      readonly kind: 'status'
      readonly page: string
      /** Server time, when it is known. */
      readonly now: number | undefined
    })
