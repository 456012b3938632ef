import type { Profile } from './profile.ts'
import type { Usage } from './verbs.ts'

/** A server that sends one frame to every stream it holds. */
export interface Broadcaster {
  readonly streamUrl: string
  /** The one process that writes. */
  readonly pid: number
  broadcast(): Promise<unknown>
  /** Milliseconds of CPU and bytes; with `collect`, after a garbage collection where there is one. */
  usage(collect?: boolean): Promise<Usage>
  /** Milliseconds its loop was late at most since it was last asked. */
  lag?(): Promise<number>
  /** Where its CPU goes during `work`. */
  profile?(work: () => Promise<void>): Promise<Profile>
  stop(): Promise<unknown>
}

/** Opens one, fresh. @throws with one line that says why it cannot be had here. */
export type OpenBroadcaster = () => Promise<Broadcaster>
