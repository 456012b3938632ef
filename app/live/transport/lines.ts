import type { LineFacts } from '../core/live-state.ts'
import type { ServerClock } from '../core/server-clock.ts'
import { groups, type Subscription } from '../core/subscription.ts'
import { lowestCursor } from '../core/version.ts'
import type { Environment } from './environment.ts'
import { type LinkEvent, StreamRefused } from './stream.ts'

/** One stream and what it carries. */
export interface Line {
  readonly follows: Set<Subscription>
  facts: Pick<LineFacts, 'connected' | 'heard' | 'heardAt' | 'pulse' | 'crowded'>
  greeted: boolean
  /** Cut at least once, and resting or trying since. */
  lost: boolean
  readonly control: AbortController
}

export interface Lines {
  /** Makes the streams carry exactly these. A stream that is replaced ends after the `hello` of its successor. */
  fit(follows: readonly Subscription[]): void
  /** Drops all connections and makes new ones at once, or only those that are cut. */
  renew(which: 'all' | 'lost'): void
  /** Streams that carry it, the newest last. */
  carrying(follow: Subscription): readonly Line[]
  /** The server has stopped sending it of its own accord. */
  dropped(follow: Subscription): void
}

export function openLines(options: {
  readonly environment: Environment
  readonly signal: AbortSignal
  readonly clock: ServerClock
  hear(line: Line, heard: LinkEvent): void
  refused(line: Line): void
}): Lines {
  const { environment, signal, clock, hear, refused } = options
  let current: Line[] = []
  let replaced: Line[] = []

  signal.addEventListener('abort', () => close([...current, ...replaced]))

  function close(lines: readonly Line[]): void {
    for (const { control } of lines) control.abort()
  }

  function settle(): void {
    if (!current.every(({ greeted }) => greeted)) return
    close(replaced)
    replaced = []
  }

  function open(follows: readonly Subscription[], before?: Line): Line {
    const silence = before?.facts ?? { heard: environment.now(), heardAt: clock.read(), pulse: undefined }
    const line: Line = {
      follows: new Set(follows),
      facts: { ...silence, connected: false },
      greeted: false,
      lost: false,
      control: new AbortController(),
    }
    void run(line)
    return line
  }

  async function run(line: Line): Promise<void> {
    const follows = [...line.follows]
    const request = {
      hubs: follows.filter(({ widget }) => widget === undefined).map(({ hub }) => hub),
      widgets: follows.flatMap(({ widget }) => widget ?? []),
      cursor: lowestCursor(follows.map(({ cursor }) => cursor)),
      signal: line.control.signal,
    }
    try {
      for await (const heard of environment.open(request)) {
        if (line.control.signal.aborted) return
        if (heard.name === 'hello') line.greeted = true
        line.lost = heard.name === 'lost'
        hear(line, heard)
        if (heard.name === 'hello') settle()
      }
    } catch (error) {
      if (!(error instanceof StreamRefused)) throw error
      line.facts = { ...line.facts, connected: false }
      if (!line.control.signal.aborted) refused(line)
    }
  }

  function replace(wanted: readonly (readonly Subscription[])[]): void {
    const next = wanted.map((group) => current.find((line) => carries(line, group)) ?? open(group))
    const old = current.filter((line) => !next.includes(line))
    // Only a stream that sends something bridges the time until the new one does.
    close(old.filter(({ greeted }) => !greeted))
    replaced.push(...old.filter(({ greeted }) => greeted))
    current = next
    settle()
  }

  return {
    fit: (follows) => replace(groups(follows)),
    renew(which) {
      const before = current
      current = before
        .filter(({ follows }) => follows.size > 0)
        .map((line) => (which === 'all' || line.lost ? open([...line.follows], line) : line))
      close(before.filter((line) => !current.includes(line)))
      if (which === 'lost') return
      close(replaced)
      replaced = []
    },
    carrying: (follow) => [...replaced, ...current].filter(({ follows }) => follows.has(follow)),
    dropped(follow) {
      for (const line of [...replaced, ...current]) line.follows.delete(follow)
    },
  }
}

function carries({ follows }: Line, group: readonly Subscription[]): boolean {
  return follows.size === group.length && group.every((follow) => follows.has(follow))
}
