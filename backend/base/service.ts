import type { Figure } from './figure.ts'

/** Something that runs for as long as its process does. */
export interface Service {
  /**
   * Runs until `signal` aborts; called once. Resolves when all it began has ended. It waits out what may be away;
   * rejects only for what the process must not go on after.
   */
  run(signal: AbortSignal): Promise<void>
  /** For `/metrics`. */
  readonly figures?: readonly Figure[]
}

/** Services under way. */
export interface Running {
  readonly figures: readonly Figure[]
  /** Resolves when `signal` has aborted and all has ended. */
  readonly ended: Promise<void>
}

/** Runs all of them at once. Resolves when all have ended. */
export async function runAll(services: Iterable<Service>, signal: AbortSignal): Promise<void> {
  await Promise.all(Array.from(services, (service) => service.run(signal)))
}

/** What they tell, in their order. */
export function figuresOf(services: Iterable<Service>): readonly Figure[] {
  return Array.from(services, ({ figures = [] }) => figures).flat()
}
