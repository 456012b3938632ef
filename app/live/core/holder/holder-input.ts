import type { ToHolder, ToPage } from '../messages.ts'
import type { LinkEvent } from '../stream-event.ts'
import type { Link } from './link.ts'
import type { Batch, LayoutRead, ReadAnswer } from './read-request.ts'

/** The way back to one page. The holder's logic hands it to whoever performs its effects, and calls it never. */
export type Port = (message: ToPage) => void

/** Everything that can happen to a holder. */
export type HolderInput =
  | { readonly kind: 'message'; readonly message: ToHolder; readonly from: Port }
  | { readonly kind: 'event'; readonly link: Link; readonly event: LinkEvent }
  /** The server refuses what the link asks for, and would again: the link has ended. */
  | { readonly kind: 'refused'; readonly link: Link }
  | ReadAnswer
  | Timer

/** What a wait ends with. */
export type Timer =
  | { readonly kind: 'sweep' | 'fit links' | 'post statuses' }
  | { readonly kind: 'renew links'; readonly unlessClosed: Link }
  | { readonly kind: 'retry'; readonly task: Batch | LayoutRead }
