import type { LiveState } from '../live-state.ts'

/** Milliseconds that the line may be behind, or away, before a page says that it is paused. */
export const LIVE_WITHIN = 10_000
/** Milliseconds for which reads may fail before a page says so. */
const READS_WITHIN = 3_000

/** What is known of one stream. Moments are by the environment's clock, the rest by the server's clock. */
export interface LinkFacts {
  readonly connected: boolean
  /** Moment of the newest event, or of the first try. */
  readonly heard: number
  /** Server time then; undefined while it is unknown. */
  readonly heardAt: number | undefined
  /** Of the newest `hello` or `beat`. */
  readonly pulse: { readonly now: number; readonly through: number; readonly why?: string } | undefined
  readonly offline: boolean
  /** The server takes no more streams of this network for now. */
  readonly crowded?: boolean
  /** Moment since when what differs could not be read. */
  readonly failingSince: number | undefined
}

export function liveState(link: LinkFacts, now: number): LiveState {
  const { connected, heard, heardAt = 0, pulse, offline, crowded, failingSince } = link
  if (offline) return { kind: 'paused', since: heardAt }
  // It will not be back within the ten seconds for which a page is connecting.
  if (crowded) return { kind: 'paused', since: heardAt, crowded }
  if (!connected || !pulse)
    return now - heard < LIVE_WITHIN ? { kind: 'connecting' } : { kind: 'paused', since: heardAt }
  // Nobody knows how far the line has come until a daemon has said so once.
  if (pulse.now - pulse.through >= LIVE_WITHIN) {
    const { why } = pulse
    return { kind: 'paused', since: pulse.through || heardAt, ...(why === undefined ? {} : { why }) }
  }
  if (failingSince !== undefined && now - failingSince >= READS_WITHIN)
    return { kind: 'paused', since: heardAt - (now - failingSince) }
  return { kind: 'live' }
}
