import type { CacheEntry } from '../cache.ts'
import type { Key } from '../version.ts'
import { adopt, apply, type Browser, openBrowser, whole } from './browser.ts'
import { type Hubs, keysIn, type ModelLayouts, only, sameRevisions } from './hubs.ts'
import {
  attach,
  isOpen,
  type ModelSession,
  proceed,
  receive,
  renew,
  type StreamProcess,
  takeIn,
  WATCH,
  write,
} from './session.ts'
import type { ModelStore } from './store.ts'

/** Three stream processes, and three browsers: one of both hubs, one of each. */
export interface Streams {
  /** A page of the browser is rendered, from the layouts that the node knows. */
  open(browser: number, node: number): Promise<void>
  connect(browser: number, node: number): Promise<void>
  proceed(browser: number): Promise<void>
  write(browser: number, count: number): void
  cut(browser: number): void
  renew(browser: number): Promise<void>
  /** A page may read again at any time; only what it was told to read again, it must. */
  refetch(browser: number): Promise<void>
  arrive(browser: number): void
  /** The node's tail brings what is in the feed. */
  poll(node: number): Promise<void>
  /** The node takes in the next change of hubs. */
  learn(node: number): void
  /** Everybody is connected. */
  connectAll(): Promise<void>
  /** Brings to every browser what is in the feed. */
  serve(): Promise<void>
  /** Every browser shows the newest of every key of the newest layouts. */
  checkEnd(): Promise<void>
}

export async function createStreams(store: ModelStore, hubs: Hubs): Promise<Streams> {
  const start = (await store.cache.read([])).cursor
  const nodes: readonly StreamProcess[] = [0, 1, 2].map(() => ({
    at: start,
    hubs: hubs.reader(),
    sessions: new Set(),
  }))
  const browsers = [openBrowser(['a', 'b']), openBrowser(['a']), openBrowser(['b'])]
  const sessions = new Map<Browser, ModelSession>()
  const browserOf = (n: number) => browsers[n % browsers.length] as Browser
  const nodeOf = (n: number) => nodes[n % nodes.length] as StreamProcess

  async function open(browser: Browser, node: StreamProcess): Promise<void> {
    for (const [slug, layout] of only(node.hubs.layouts, browser.hubs)) adopt(browser, slug, layout)
    const { cursor, entries } = await store.cache.read(keysIn(browser.layouts), { want: true })
    for (const entry of entries) apply(browser, whole(entry))
    browser.cursor = cursor
  }

  function cut(browser: Browser): void {
    const session = sessions.get(browser)
    session?.node.sessions.delete(session)
    sessions.delete(browser)
  }

  async function connect(browser: Browser, node: StreamProcess): Promise<void> {
    cut(browser)
    if (!browser.cursor) await open(browser, node)
    sessions.set(browser, attach(browser, node))
  }

  async function refetch(browser: Browser, wanted: Iterable<Key>): Promise<void> {
    browser.arriving = (await store.cache.read([...wanted])).entries
  }

  function arrive(browser: Browser): void {
    for (const entry of browser.arriving) apply(browser, whole(entry))
    browser.arriving = []
  }

  async function poll(node: StreamProcess): Promise<void> {
    for (const batch of await store.after(node.at)) receive(node, batch)
  }

  function learn(node: StreamProcess): boolean {
    if (!node.hubs.next()) return false
    for (const session of node.sessions) takeIn(session)
    return true
  }

  return {
    open: (browser, node) => open(browserOf(browser), nodeOf(node)),
    connect: (browser, node) => connect(browserOf(browser), nodeOf(node)),
    async proceed(browser) {
      const session = sessions.get(browserOf(browser))
      if (session) await proceed(session, store.cache)
    },
    write(browser, count) {
      const session = sessions.get(browserOf(browser))
      if (session) write(session, count)
    },
    cut: (browser) => cut(browserOf(browser)),
    async renew(browser) {
      const session = sessions.get(browserOf(browser))
      if (session) await renew(session, store.cache)
    },
    refetch: (browser) => refetch(browserOf(browser), keysIn(browserOf(browser).layouts)),
    arrive: (browser) => arrive(browserOf(browser)),
    poll: (node) => poll(nodeOf(node)),
    learn: (node) => void learn(nodeOf(node)),

    async connectAll() {
      for (const [n, browser] of browsers.entries()) {
        const session = sessions.get(browser)
        if (session && session.stage !== 'attached')
          await store.cache.interest(keysIn(session.layouts), WATCH)
        else await connect(browser, nodeOf(n))
      }
      for (const node of nodes) while (learn(node));
    },

    async serve() {
      for (const node of nodes) await poll(node)
      for (const [browser, session] of sessions) {
        while (!isOpen(session)) await proceed(session, store.cache)
        write(session, Number.POSITIVE_INFINITY)
        arrive(browser)
        await refetch(browser, browser.stale.keys())
        arrive(browser)
      }
    },

    async checkEnd() {
      const { entries } = await store.cache.read(keysIn(hubs.latest))
      for (const browser of browsers) checkShown(browser, hubs.latest, entries)
    },
  }
}

/** It shows the newest layouts of its hubs, and of their keys what the cache has. */
function checkShown(browser: Browser, latest: ModelLayouts, entries: readonly CacheEntry[]): void {
  if (!sameRevisions(only(latest, browser.hubs), browser.layouts))
    throw new Error(`I5: a browser shows an old layout of ${browser.hubs}`)
  const follows = keysIn(browser.layouts)
  for (const entry of entries) {
    if (!follows.includes(entry.key)) continue
    const shown = browser.shown.get(entry.key)
    const { epoch, offset } = shown?.entry.version ?? {}
    const same = epoch === entry.version.epoch && offset === entry.version.offset
    if (same && shown?.data === entry.data && shown?.entry.fresh) continue
    throw new Error(
      `I5: ${entry.key}: a browser shows ${JSON.stringify(shown)}, the cache has ${JSON.stringify(entry)}`,
    )
  }
}
