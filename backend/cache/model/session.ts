import type { Cache, Entry, FeedEntry, TailBatch } from '../cache.ts'
import { compareVersions, type Key, type Version } from '../version.ts'
import { apply, type Browser, type Frame, resync, whole } from './browser.ts'

export const WATCH = 60_000

/** A stream process: where its tail of the feed stands, and its sessions. */
export interface Node {
  at: Version
  readonly sessions: Set<Session>
}

/** One connection. It is attached first, then registers interest, then reads, and from then on sends. */
export interface Session {
  readonly browser: Browser
  readonly node: Node
  stage: 'attached' | 'interested' | 'reading'
  readonly pending: Map<Key, Frame>
  /** Up to here `INTEREST` told everything; later changes come by the feed. */
  base: Version
  above: readonly Key[]
  manifest: readonly Entry[] | undefined
}

export function attach(browser: Browser, node: Node): Session {
  const base = { epoch: 0, offset: 0 }
  const session: Session = {
    browser,
    node,
    stage: 'attached',
    pending: new Map(),
    base,
    above: [],
    manifest: undefined,
  }
  node.sessions.add(session)
  return session
}

/** The next stage of the connect order. */
export async function proceed(session: Session, cache: Cache): Promise<void> {
  if (session.stage === 'attached') await registerInterest(session, cache)
  else if (session.stage === 'interested') await readAbove(session, cache)
}

async function registerInterest(session: Session, cache: Cache): Promise<void> {
  const { cursor, entries } = await cache.interest(session.browser.follows, WATCH)
  const seen = session.browser.cursor
  const resumes = seen?.epoch === cursor.epoch
  session.base = cursor
  session.above = resumes
    ? entries.filter(({ version }) => version.offset > seen.offset).map(({ key }) => key)
    : []
  session.manifest = resumes ? undefined : entries
  session.stage = 'interested'
}

async function readAbove(session: Session, cache: Cache): Promise<void> {
  for (const entry of (await cache.read(session.above)).entries) queue(session, whole(entry))
  session.stage = 'reading'
}

/** What the tail of the session's node has brought. */
function hear(session: Session, { entry, changed }: Extract<FeedEntry, { kind: 'change' }>): void {
  if (session.browser.follows.includes(entry.key))
    queue(session, { entry, data: entry.data, carriesData: changed })
}

/** A newer frame takes an older one's place, and its data with it unless it has its own. */
function queue({ pending }: Session, frame: Frame): void {
  const { key, version } = frame.entry
  const before = pending.get(key)
  const [older, newer] =
    before && compareVersions(version, before.entry.version) <= 0 ? [frame, before] : [before, frame]
  const source = newer.carriesData ? newer : older?.carriesData ? older : newer
  pending.set(key, { entry: newer.entry, data: source.data, carriesData: source.carriesData })
}

/** Writes up to `count` frames, ascending; once all are written the beat moves the cursor on. */
export function write(session: Session, count: number): void {
  const { browser, node, pending, base } = session
  if (session.stage !== 'reading') return
  if (session.manifest) {
    resync(browser, session.manifest, base)
    session.manifest = undefined
  }
  // Above both, something lower may still be on its way.
  const sure = compareVersions(base, node.at) > 0 ? base : node.at
  const ready = [...pending.values()]
    .filter(({ entry }) => compareVersions(entry.version, sure) <= 0)
    .sort((a, b) => compareVersions(a.entry.version, b.entry.version))
  for (const frame of ready.slice(0, count)) {
    pending.delete(frame.entry.key)
    const sent = browser.cursor
    if (sent && compareVersions(frame.entry.version, sent) <= 0) continue
    apply(browser, frame)
    browser.cursor = frame.entry.version
  }
  if (ready.length <= count && (!browser.cursor || compareVersions(sure, browser.cursor) > 0))
    browser.cursor = sure
}

/** What a node does with a batch of its tail. After a hole or a new epoch its sessions begin the connect order again. */
export function receive(node: Node, batch: TailBatch): void {
  if (batch.kind === 'entries') {
    for (const entry of batch.entries) {
      if (entry.version.offset !== node.at.offset + 1)
        throw new Error(`A hole in the feed before ${entry.version.offset}`)
      node.at = entry.version
      if (entry.kind === 'change') for (const session of node.sessions) hear(session, entry)
    }
    return
  }
  node.at = batch.kind === 'gap' ? batch.to : { epoch: batch.epoch, offset: 0 }
  for (const session of node.sessions) {
    session.stage = 'attached'
    session.pending.clear()
  }
}
