import fc from 'fast-check'
import type { TestContext } from 'vitest'

/** Histories that all tests of the model play together. */
const ALL = Number(process.env.MODEL_RUNS ?? 5000)
/** Without it every property has one of its own. */
const seed = process.env.MODEL_SEED === undefined ? undefined : Number(process.env.MODEL_SEED)

/** What one test has played, for the table at the end of a run. */
export interface Played {
  histories: number
  steps: number
}

declare module 'vitest' {
  interface TaskMeta {
    model?: Played
  }
}

/**
 * Plays a share of all histories on several stores at the same time, for most of the time is spent waiting for answers.
 * @throws what `play` throws for the shortest history found.
 */
export async function holds<Store, Step>(
  { task }: TestContext,
  given: {
    readonly histories: fc.Arbitrary<Step[]>
    readonly stores: readonly Store[]
    readonly play: (store: Store, history: readonly Step[]) => Promise<void>
    /** Of all histories. */
    readonly share: number
    /** Played before all others. */
    readonly examples?: readonly (readonly Step[])[]
    /** Another play of the same history may go otherwise, so that there is no shorter one to look for. */
    readonly chancy?: boolean
  },
): Promise<void> {
  const { histories, stores, play, share, examples = [], chancy = false } = given
  const played: Played = { histories: 0, steps: 0 }
  task.meta.model = played
  let failed: Store | undefined

  const playOn = (store: Store, lane: number) =>
    fc.assert(
      fc.asyncProperty(histories, async (history) => {
        // The others end here, while the one that failed looks for a shorter history.
        if (failed && failed !== store) return
        played.histories += 1
        played.steps += history.length
        try {
          await play(store, history)
        } catch (error) {
          failed ??= store
          throw error
        }
      }),
      {
        numRuns: Math.ceil((ALL * share) / stores.length),
        ...(seed !== undefined && { seed: seed + lane }),
        examples: examples.map((example) => [[...example]]),
        ...(chancy && { endOnFailure: true }),
      },
    )
  const ends = await Promise.allSettled(stores.map(playOn))
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}
