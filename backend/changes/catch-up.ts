import type { Database } from '../db/database.ts'
import type { ChangeHeader } from './change.ts'
import type { Projection } from './projection.ts'
import { changesReader, latestChange } from './read-changes.ts'

/** Changes of one read. */
const BATCH = 1_000

/**
 * Brings projections to the end of the log as of each call, one call at a time; the first loads them. Gives the number of
 * the last change that they know with all before it. They are loaded anew when changes after the last one read are missing:
 * these were pruned while nobody read here, or the database was restored from another copy. `answered` is called whenever
 * the database did. Rejects with DatabaseAway.
 */
export function catchUpWith(
  db: Database,
  projections: readonly Projection[],
  answered: () => void,
): () => Promise<number> {
  const read = changesReader(db)
  /** Number of the last change that all projections know. */
  let position: number | undefined

  async function load(): Promise<number> {
    // What is written from now on is met again as a change after this one.
    const latest = await latestChange(db)
    for (const projection of projections) await projection.load(answered)
    return latest
  }

  return async () => {
    position ??= await load()
    for (;;) {
      const { latest, changes } = await read(position, BATCH)
      const last: number = changes.at(-1)?.number ?? position
      // As many as were asked for may also come from behind a hole.
      const isWhole = changes.length === Math.min(latest - position, BATCH)
      if (!isWhole || last !== position + changes.length) {
        position = await load()
        continue
      }
      for (const projection of projections) await applyTo(projection, changes)
      position = last
      if (position === latest) return latest
    }
  }
}

async function applyTo(projection: Projection, changes: readonly ChangeHeader[]): Promise<void> {
  const own = changes.filter(({ subject }) => projection.of.includes(subject.kind))
  if (own.length > 0) await projection.apply(own)
}
