import type { CacheEntry } from '../cache.ts'
import { compareVersions, type Key, type Version } from '../version.ts'
import { inScope, keysIn, type ModelLayout, type Slug } from './hubs.ts'
import { keyOf } from './world.ts'

/** What is sent of one key: the entry, and its data if the browser may lack it. */
export interface ModelFrame {
  readonly entry: CacheEntry
  readonly data: string | undefined
  readonly carriesData: boolean
}

export const whole = (entry: CacheEntry): ModelFrame => ({ entry, data: entry.data, carriesData: true })

/** A page: what it shows, how far it has been sent everything, and what it has been told to read again. */
export interface Browser {
  readonly hubs: readonly Slug[]
  /** Which keys its widgets show; results are held by key, whichever widgets show them. */
  readonly layouts: Map<Slug, ModelLayout>
  readonly shown: Map<Key, { readonly entry: CacheEntry; readonly data: string | undefined }>
  /** Keys to read again, until data of at least this version came. */
  readonly stale: Map<Key, Version>
  /** Keys it shows that its stream does not follow: the cursor says nothing about them. */
  readonly missed: Set<Key>
  /** Answers to what it read again, on their way. */
  arriving: readonly CacheEntry[]
  cursor: Version | undefined
}

export const openBrowser = (hubs: readonly Slug[]): Browser => ({
  hubs,
  layouts: new Map(),
  shown: new Map(),
  stale: new Map(),
  missed: new Set(),
  arriving: [],
  cursor: undefined,
})

/**
 * Of two results of one key the higher version is kept, whichever way they came. Of a key that no widget shows nothing is
 * kept: it would grow old.
 */
export function apply(browser: Browser, { entry, data, carriesData }: ModelFrame): void {
  if (!browser.hubs.some((slug) => inScope(slug, entry.key)))
    throw new Error(`I8: ${entry.key}: a browser of hub ${browser.hubs} was sent it`)
  if (data !== undefined && keyOf(data) !== entry.key)
    throw new Error(`I8: ${entry.key}: a browser was sent ${data} for it`)
  if (!keysIn(browser.layouts).includes(entry.key)) return
  const before = browser.shown.get(entry.key)
  if (before && compareVersions(entry.version, before.entry.version) < 0) return
  browser.shown.set(entry.key, { entry, data: carriesData ? data : before?.data })
  // Until then what is shown may be of the epoch before, also under a version of this one.
  const wanted = browser.stale.get(entry.key)
  if (carriesData && wanted && compareVersions(entry.version, wanted) >= 0) browser.stale.delete(entry.key)
}

/** The higher revision is kept. What it shows that the page has nothing of is to be read. */
export function adopt(browser: Browser, slug: Slug, layout: ModelLayout): void {
  if (layout.revision <= (browser.layouts.get(slug)?.revision ?? 0)) return
  browser.layouts.set(slug, layout)
  const shown = keysIn(browser.layouts)
  for (const key of shown) if (!browser.shown.has(key) && !browser.stale.has(key)) readAgain(browser, key)
  for (const held of [browser.shown, browser.stale, browser.missed])
    for (const key of held.keys()) if (!shown.includes(key)) held.delete(key)
}

/** The stream follows these keys; those it begins to follow late are read from then on. */
export function follow(browser: Browser, followed: readonly Key[]): void {
  for (const key of keysIn(browser.layouts)) {
    if (!followed.includes(key)) browser.missed.add(key)
    else if (browser.missed.delete(key)) readAgain(browser, key)
  }
}

function readAgain(browser: Browser, key: Key): void {
  browser.stale.set(key, { epoch: 0, offset: 0 })
  // What was read before may be older than what the stream did not bring.
  browser.arriving = browser.arriving.filter((entry) => entry.key !== key)
}

export function resync(browser: Browser, manifest: readonly CacheEntry[], cursor: Version): void {
  const shown = keysIn(browser.layouts)
  for (const { key, version } of manifest) {
    const before = browser.shown.get(key)
    const same = before && compareVersions(version, before.entry.version) === 0
    if (shown.includes(key) && !same) browser.stale.set(key, version)
  }
  browser.cursor = cursor
}
