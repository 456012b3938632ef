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
  readonly stale: Set<Key>
  cursor: Version | undefined
}

/** Of two results of one key the higher version is kept, whichever way they came. */
export function apply(browser: Browser, { entry, data, carriesData }: Frame): void {
  const before = browser.shown.get(entry.key)
  if (before && compareVersions(entry.version, before.entry.version) < 0) return
  browser.shown.set(entry.key, { entry, data: carriesData ? data : before?.data })
}

export function resync(browser: Browser, manifest: readonly Entry[], cursor: Version): void {
  for (const { key, version } of manifest) {
    const before = browser.shown.get(key)
    if (!before || compareVersions(version, before.entry.version) !== 0) browser.stale.add(key)
  }
  browser.cursor = cursor
}
