import { z } from 'zod'
import type { DataOf, LoggedEvent } from '../define.ts'
import type { BuildState } from '../kit/build-status.ts'
import { httpUrl } from '../kit/http-url.ts'
import { believed, readMoment } from '../kit/moment.ts'
import { wholeCharacters } from '../kit/whole-characters.ts'
import type { builds } from './widget.ts'

type Build = DataOf<typeof builds>['builds'][number]

/** What one event says of one job. */
export interface Run extends Omit<Build, 'id' | 'before'> {
  /** Names the job within its repository and branch. */
  readonly name: string
  /** Compared number by number: of two that speak of one job, the greater is the later, in whatever order they came. */
  readonly order: readonly number[]
  readonly reportedBy: 'workflow_run' | 'check_run' | 'status' | 'event'
  /** A job of a GitHub workflow, which workflow runs tell of too. */
  readonly ofWorkflow: boolean
  /** A time of it was later than its arrival. */
  readonly doubted: boolean
}

export const maybeTime = z.unknown().transform(readMoment).pipe(z.number()).nullish().catch(undefined)
export const href = httpUrl.nullish().catch(undefined)
export const line = z.string().trim().min(1).transform(oneLine)
export const maybeLine = line.nullish().catch(undefined)

function oneLine(text: string): string {
  return wholeCharacters(text, 200).replace(/\s+/g, ' ')
}

/** A name as it is shown; nothing for none. */
export function lineOf(text: string | null | undefined): string | undefined {
  const trimmed = text?.trim()
  return trimmed ? oneLine(trimmed) : undefined
}

/** Holds times of one event to what can be true when it came. */
export function timesOf({ receivedAt, saidTime }: LoggedEvent) {
  let doubted = saidTime !== undefined
  return {
    clamped<Time extends number | null | undefined>(at: Time): Time | number {
      if (typeof at !== 'number') return at
      const held = believed(at, receivedAt)
      if (held !== at) doubted = true
      return held
    },
    /** To be asked after all times were held. */
    doubted: () => doubted,
  }
}

/** Only those that are there: data is JSON, which has no `undefined`. */
export function present<Fields extends Record<string, unknown>>(fields: Fields) {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as {
    [Field in keyof Fields]?: NonNullable<Fields[Field]>
  }
}

/** A state further on in one run is the later one, whatever the clocks say. */
export const progress: { readonly [S in BuildState]: number } = {
  queued: 0,
  running: 1,
  skipped: 2,
  cancelled: 2,
  failed: 2,
  passed: 2,
}
