import type { HubView } from '#contract/hub.ts'
import type { KeyedData, Snapshot, WidgetSnapshot } from '#contract/snapshot.ts'
import type { Subscription } from '../subscription.ts'
import type { Link } from './link.ts'

/** A key whose newest state the stream did not bring. */
export interface Want {
  readonly key: string
  /** A widget that is said to show it. */
  readonly id: string
  /** Without one, whatever a read that begins from now on brings. */
  readonly version?: string
  readonly href?: string
}

/** What was wanted at once, read again and again until all of it is here. */
export interface Batch {
  wants: readonly Want[]
  failures: number
  /** Moment of the first round of reads that did not bring all, if one did not. */
  failingSince: number | undefined
  /** Reads of this round without an answer so far. */
  unanswered: number
  /** Keys of which this round brought something. */
  readonly answered: Set<string>
}

/** A hub that is read until its layout is the one that was announced. */
export interface LayoutRead {
  readonly subscription: Subscription
  failures: number
  /** Moment of the first read that did not bring it, if one did not. */
  failingSince: number | undefined
}

/** A look whether what a server says is gone is gone: one that lags behind says so of a hub that was just made. */
export interface AbsenceCheck {
  readonly subscription: Subscription
  /** For a stream that goes on: another is asked for what this one does not know. */
  readonly askAnother?: true
  /** For a stream that was refused. */
  readonly refusal?: RefusedLink
}

/** A stream that was refused, which happens when nothing that it asks for is there. */
export interface RefusedLink {
  readonly link: Link
  /** Looks without an answer so far. */
  unanswered: number
  /** Something is gone indeed. */
  confirmed: boolean
}

/** One request to the API; `at` is a slug, a widget's id or an address. */
export type ReadRequest =
  | { readonly of: 'hub'; readonly at: string; readonly layout: LayoutRead }
  | { readonly of: 'hub'; readonly at: string; readonly absence: AbsenceCheck }
  | { readonly of: 'snapshot' | 'widget'; readonly at: string; readonly batch: Batch }
  | { readonly of: 'data'; readonly at: string; readonly batch: Batch; readonly want: Want }

/** What came of a read: undefined when it is not there, null when the server did not answer as it should. */
export type ReadAnswer =
  | AnswerTo<'hub', HubView>
  | AnswerTo<'snapshot', Snapshot>
  | AnswerTo<'widget', WidgetSnapshot>
  | AnswerTo<'data', KeyedData>

interface AnswerTo<Of extends ReadRequest['of'], Answer> {
  readonly kind: Of
  readonly read: Extract<ReadRequest, { readonly of: Of }>
  readonly answer: Answer | undefined | null
}
