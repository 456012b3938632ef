import type { Position } from '#contract/hub.ts'
import type { Json } from '#widgets/define.ts'

/** A hub as the database keeps it. */
export interface StoredHub {
  readonly slug: string
  readonly title: string
  readonly summary: string
  readonly visibility: 'public'
  readonly embedOrigins: readonly string[]
  /** Number of the change that wrote it. */
  readonly revision: number
  /** In the order of its document. May be made anew each time it is asked for. */
  readonly widgets: readonly StoredWidget[]
}

/** `config` as it was given: what its type makes of it may change from one version of the type to the next. */
export interface StoredWidget {
  readonly id: string
  readonly type: string
  readonly title: string | null
  readonly config: Json
  readonly position: Position
}
