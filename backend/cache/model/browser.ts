import type { Entry } from '../cache.ts'
import { compareVersions, type Key, type Version } from '../version.ts'

/** What is sent of one key: the entry, and its data if the browser may lack it. */
export interface Frame {
  readonly entry: Entry
  readonly data: string | undefined
  readonly carriesData: boolean
}

export const whole = (entry: Entry): Frame => ({ entry, data: entry.data, carriesData: true })

/** A page: what it shows, how far it has been sent everything, and what it has been told to read again. */
export interface Browser {
  readonly follows: readonly Key[]
  readonly shown: Map<Key, { readonly entry: Entry; readonly data: string | undefined }>
  /** Keys to read again, until data of at least this version came. */
  readonly stale: Map<Key, Version>
  /** Answers to what it read again, on their way. */
  arriving: readonly Entry[]
  cursor: Version | undefined
}

/** Of two results of one key the higher version is kept, whichever way they came. */
export function apply(browser: Browser, { entry, data, carriesData }: Frame): void {
  const before = browser.shown.get(entry.key)
  if (before && compareVersions(entry.version, before.entry.version) < 0) return
  browser.shown.set(entry.key, { entry, data: carriesData ? data : before?.data })
  // Until then what is shown may be of the epoch before, also under a version of this one.
  const wanted = browser.stale.get(entry.key)
  if (carriesData && wanted && compareVersions(entry.version, wanted) >= 0) browser.stale.delete(entry.key)
}

export function resync(browser: Browser, manifest: readonly Entry[], cursor: Version): void {
  for (const { key, version } of manifest) {
    const before = browser.shown.get(key)
    if (!before || compareVersions(version, before.entry.version) !== 0) browser.stale.set(key, version)
  }
  browser.cursor = cursor
}
