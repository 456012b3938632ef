import type { Cache, CacheEntry, FeedEntry, TailBatch } from '../cache.ts'
import { compareVersions, type Key, type Version } from '../version.ts'
import { adopt, apply, type Browser, follow, type ModelFrame, resync, whole } from './browser.ts'
import {
  type ChangeReader,
  keysIn,
  type ModelLayout,
  type ModelLayouts,
  only,
  type Slug,
  sameRevisions,
} from './hubs.ts'

export const WATCH = 60_000

/** A stream process: where its tail of the feed stands, how far it has read the hubs' changes, and its sessions. */
export interface StreamProcess {
  at: Version
  readonly hubs: ChangeReader
  readonly sessions: Set<ModelSession>
}

/** One connection. It is attached first, then registers interest, then reads, and from then on sends. */
export interface ModelSession {
  readonly browser: Browser
  readonly node: StreamProcess
  stage: 'attached' | 'interested' | 'reading'
  /** As of the layouts it has taken in: what it sends. */
  layouts: Map<Slug, ModelLayout>
  /** Layouts with keys that are new to it, which take the same order before they are taken in. */
  gaining: { readonly layouts: Map<Slug, ModelLayout>; stage: 'attached' | 'interested' } | undefined
  /** The browser has to be told the layouts. */
  tellsLayouts: boolean
  readonly pending: Map<Key, ModelFrame>
  /** Up to here `INTEREST` told everything; later changes come by the feed. */
  base: Version
  above: readonly Key[]
  manifest: readonly CacheEntry[] | undefined
}

export function attach(browser: Browser, node: StreamProcess): ModelSession {
  const session: ModelSession = {
    browser,
    node,
    stage: 'attached',
    layouts: only(node.hubs.layouts, browser.hubs),
    gaining: undefined,
    tellsLayouts: false,
    pending: new Map(),
    base: { epoch: 0, offset: 0 },
    above: [],
    manifest: undefined,
  }
  node.sessions.add(session)
  return session
}

/** Nothing of the connect order is left to be done. */
export const isOpen = (session: ModelSession) => session.stage === 'reading' && !session.gaining

/** The next stage of the connect order, for all keys or for those gained. */
export async function proceed(session: ModelSession, cache: Cache): Promise<void> {
  if (session.stage === 'attached') await registerInterest(session, cache)
  else if (session.stage === 'interested') await readAbove(session, cache)
  else if (session.gaining) await gain(session, cache)
}

async function registerInterest(session: ModelSession, cache: Cache): Promise<void> {
  const { cursor, entries } = await cache.interest(keysIn(session.layouts), WATCH)
  const seen = session.browser.cursor
  const resumes = seen?.epoch === cursor.epoch
  session.base = cursor
  session.above = resumes
    ? entries.filter(({ version }) => version.offset > seen.offset).map(({ key }) => key)
    : []
  session.manifest = resumes ? undefined : entries
  session.stage = 'interested'
}

async function readAbove(session: ModelSession, cache: Cache): Promise<void> {
  for (const entry of (await cache.read(session.above)).entries) queue(session, whole(entry))
  session.tellsLayouts = true
  session.stage = 'reading'
  takeIn(session)
}

/** The node has read on: a session begins anew if it has yet to say its first words, else it gains what is new. */
export function takeIn(session: ModelSession): void {
  const layouts = only(session.node.hubs.layouts, session.browser.hubs)
  if (session.gaining || sameRevisions(layouts, session.layouts)) return
  if (session.stage === 'reading') session.gaining = { layouts, stage: 'attached' }
  else {
    session.layouts = layouts
    session.stage = 'attached'
    forgetOthers(session)
  }
}

function forgetOthers({ pending, layouts }: ModelSession): void {
  const followed = keysIn(layouts)
  for (const key of pending.keys()) if (!followed.includes(key)) pending.delete(key)
}

/** Whatever the cursor says, the browser lacks what its new keys have, of a lower version too. */
async function gain(session: ModelSession, cache: Cache): Promise<void> {
  const { gaining } = session
  if (!gaining) return
  const before = keysIn(session.layouts)
  const after = keysIn(gaining.layouts)
  const gained = after.filter((key) => !before.includes(key))
  if (gaining.stage === 'attached') {
    await cache.interest(gained, WATCH)
    gaining.stage = 'interested'
    return
  }
  for (const entry of (await cache.read(gained)).entries) queue(session, whole(entry))
  session.layouts = gaining.layouts
  session.gaining = undefined
  session.tellsLayouts = true
  forgetOthers(session)
  takeIn(session)
}

/** Renews the watch; what changed while nobody announced it, and what the tail has yet to bring, is read. */
export async function renew(session: ModelSession, cache: Cache): Promise<void> {
  if (session.stage !== 'reading') return
  const { entries, lapsed } = await cache.interest(keysIn(session.layouts), WATCH)
  const missed = new Set(lapsed)
  for (const { key, version } of entries) if (compareVersions(version, session.node.at) > 0) missed.add(key)
  for (const entry of (await cache.read([...missed])).entries) queue(session, whole(entry))
}

/** What the tail of the session's node has brought. */
function hear(session: ModelSession, { entry, changed }: Extract<FeedEntry, { kind: 'change' }>): void {
  const followed = (layouts: ModelLayouts) => keysIn(layouts).includes(entry.key)
  if (followed(session.layouts) || (session.gaining && followed(session.gaining.layouts)))
    queue(session, { entry, data: entry.data, carriesData: changed })
}

/** A newer frame takes an older one's place, and its data with it unless it has its own. */
function queue({ pending }: ModelSession, frame: ModelFrame): void {
  const { key, version } = frame.entry
  const before = pending.get(key)
  const [older, newer] =
    before && compareVersions(version, before.entry.version) <= 0 ? [frame, before] : [before, frame]
  const source = newer.carriesData ? newer : older?.carriesData ? older : newer
  pending.set(key, { entry: newer.entry, data: source.data, carriesData: source.carriesData })
}

/** Writes up to `count` frames, ascending; once all are written the beat moves the cursor on. */
export function write(session: ModelSession, count: number): void {
  const { browser, node, pending, base } = session
  if (session.stage !== 'reading') return
  if (session.tellsLayouts) for (const [slug, layout] of session.layouts) adopt(browser, slug, layout)
  session.tellsLayouts = false
  const said = keysIn(session.layouts)
  follow(browser, said)
  if (session.manifest) {
    resync(browser, session.manifest, base)
    session.manifest = undefined
  }
  const ready = [...pending.values()]
    .filter(({ entry }) => said.includes(entry.key))
    .sort((a, b) => compareVersions(a.entry.version, b.entry.version))
  if (pending.size > said.length + (session.gaining ? keysIn(session.gaining.layouts).length : 0))
    throw new Error(`I9: ${pending.size} frames wait for a browser that shows ${said.length} keys`)
  // Above both, something lower may still be on its way, so that the cursor stays below.
  const sure = compareVersions(base, node.at) > 0 ? base : node.at
  const sentUpTo = (version: Version) => {
    const passes = !browser.cursor || compareVersions(version, browser.cursor) > 0
    if (passes && compareVersions(version, sure) <= 0) browser.cursor = version
  }
  for (const frame of ready.slice(0, count)) {
    pending.delete(frame.entry.key)
    apply(browser, frame)
    sentUpTo(frame.entry.version)
  }
  if (ready.length <= count) sentUpTo(sure)
}

/** What a node does with a batch of its tail. After a hole or a new epoch its sessions begin the connect order again. */
export function receive(node: StreamProcess, batch: TailBatch): void {
  if (batch.kind === 'entries') {
    for (const entry of batch.entries) {
      if (entry.version.offset !== node.at.offset + 1)
        throw new Error(`I5: A hole in the feed before ${entry.version.offset}`)
      node.at = entry.version
      if (entry.kind === 'change') for (const session of node.sessions) hear(session, entry)
    }
    return
  }
  node.at = batch.kind === 'gap' ? batch.to : { epoch: batch.epoch, offset: 0 }
  for (const session of node.sessions) {
    session.stage = 'attached'
    session.pending.clear()
    session.gaining = undefined
    session.manifest = undefined
    session.layouts = only(node.hubs.layouts, session.browser.hubs)
  }
}
