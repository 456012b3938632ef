import type { Truth } from '#testing/truth.ts'

/** A cache in two processes on one set of stores, whose loader asks the truth for the number of a key. */
export interface TwoCaches {
  /** Makes keys known, where that is needed; none is loaded yet. */
  prepare(keys: readonly string[]): Promise<void>
  /** What a reader is given as fresh, once there is something. */
  read(key: string): Promise<unknown>
  invalidate(key: string): Promise<unknown>
  /** So many readers at once, half of them in each process; resolves when all have a value. */
  crowd(key: string, readers: number): Promise<void>
  stop(): Promise<void>
}

/** @throws where it cannot be had. */
export type OpenCaches = (truth: Truth) => Promise<TwoCaches>
