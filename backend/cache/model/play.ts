import { apply, type Browser, whole } from './browser.ts'
import type { Operation } from './history.ts'
import { type Builder, createLedger } from './ledger.ts'
import { attach, type Node, proceed, receive, type Session, WATCH, write } from './session.ts'
import type { Store } from './store.ts'
import { createWorld, keys, PERIOD, spacing } from './world.ts'

const LEASE = 10_000
const VISIBILITY = 5000

/** Plays a history, checking after each step; then lets everything settle and checks the end. */
export async function play(store: Store, history: readonly Operation[]): Promise<void> {
  const run = await createRun(store)
  for (const operation of history) await run.step(operation)
  await run.settle()
  // What changes by time alone must follow too.
  await store.advance(PERIOD)
  await run.follow()
}

async function createRun(store: Store) {
  await store.flush()
  // Steps of time then fall alike on the boundaries of the clock in every history.
  await store.advance(1_000_000 - (store.now() % 1_000_000))
  const world = createWorld()
  const ledger = createLedger()
  const builders: Builder[] = []
  const start = (await store.cache.read([])).cursor
  const nodes: readonly Node[] = [0, 1].map(() => ({ at: start, sessions: new Set() }))
  const browsers: readonly Browser[] = [keys, keys.slice(0, 2), keys.slice(1)].map((follows) => ({
    follows,
    shown: new Map(),
    stale: new Map(),
    arriving: [],
    cursor: undefined,
  }))
  const sessions = new Map<Browser, Session>()
  let tokens = 0

  const pick = <T>(list: readonly T[], nth: number): T | undefined => list[nth % Math.max(1, list.length)]
  const take = (nth: number): Builder | undefined => {
    const builder = pick(builders, nth)
    if (builder) builders.splice(builders.indexOf(builder), 1)
    return builder
  }

  async function acquire(key: string): Promise<Builder | undefined> {
    tokens += 1
    const token = `t${tokens}`
    const grant = await store.cache.acquire(key, token, LEASE, spacing[key] ?? 0)
    if (grant.outcome !== 'granted') return undefined
    const { epoch } = (await store.cache.read([])).cursor
    return ledger.granted(key, token, epoch, grant.now, LEASE)
  }

  function look(builder: Builder): NonNullable<Builder['looked']> {
    builder.looked ??= world.look(builder.key, builder.grantedAt)
    return builder.looked
  }

  async function commit(builder: Builder): Promise<void> {
    const { data, dueAt } = look(builder)
    const outcome = await store.cache.commit(builder.key, builder.token, {
      data,
      hash: data,
      empty: data === '0',
      dueAt,
    })
    if (outcome !== 'lost') ledger.committed(builder)
  }

  async function work(limit: number): Promise<number> {
    const { keys: claimed } = await store.cache.claim(limit, VISIBILITY)
    for (const key of claimed) {
      const builder = await acquire(key)
      if (builder) await commit(builder)
    }
    return claimed.length
  }

  async function deliver(nth: number, how: 'ack' | 'repeat' | 'crash'): Promise<void> {
    const event = pick(world.bus, nth)
    if (!event) return
    world.log(event)
    if (how === 'crash') return
    await store.cache.invalidate([{ key: event.key, cause: { id: event.id, topic: 'a.b' } }])
    ledger.invalidated(event.key)
    if (how === 'ack') world.bus.splice(world.bus.indexOf(event), 1)
  }

  async function open(browser: Browser): Promise<void> {
    const { cursor, entries } = await store.cache.read(browser.follows, { want: true })
    for (const entry of entries) apply(browser, whole(entry))
    browser.cursor = cursor
  }

  function cut(browser: Browser): void {
    const session = sessions.get(browser)
    session?.node.sessions.delete(session)
    sessions.delete(browser)
  }

  async function connect(browser: Browser, node: Node): Promise<void> {
    cut(browser)
    if (!browser.cursor) await open(browser)
    sessions.set(browser, attach(browser, node))
  }

  async function refetch(browser: Browser, wrong: Iterable<string>): Promise<void> {
    browser.arriving = (await store.cache.read([...wrong])).entries
  }

  function arrive(browser: Browser): void {
    for (const entry of browser.arriving) apply(browser, whole(entry))
    browser.arriving = []
  }

  async function poll(node: Node): Promise<void> {
    for (const batch of await store.after(node.at)) receive(node, batch)
  }

  async function act(operation: Operation): Promise<void> {
    const browser = 'browser' in operation ? browsers[operation.browser] : undefined
    const node = 'node' in operation ? nodes[operation.node] : undefined
    const session = browser && sessions.get(browser)
    switch (operation.do) {
      case 'publish':
        return world.write(operation.key)
      case 'deliver':
        return deliver(operation.nth, operation.how)
      case 'work':
        await work(operation.limit)
        return
      case 'acquire': {
        const builder = await acquire(operation.key)
        if (builder) builders.push(builder)
        return
      }
      case 'look': {
        const builder = pick(builders, operation.nth)
        if (builder) look(builder)
        return
      }
      case 'commit': {
        const builder = take(operation.nth)
        if (builder) await commit(builder)
        return
      }
      case 'fail': {
        const builder = take(operation.nth)
        const error = { code: 'threw', message: 'No.', reference: 'r' } as const
        if (builder) await store.cache.fail(builder.key, builder.token, error, operation.retryIn)
        if (builder) ledger.failed(builder)
        return
      }
      case 'crash':
        take(operation.nth)
        return
      case 'release': {
        const builder = take(operation.nth)
        if (builder) await store.cache.release(builder.key, builder.token)
        if (builder) ledger.released(builder)
        return
      }
      case 'extend': {
        const builder = pick(builders, operation.nth)
        if (builder && (await store.cache.extend(builder.key, builder.token, LEASE)))
          builder.leaseUntil = store.now() + LEASE
        return
      }
      case 'pass':
        return store.advance(operation.ms)
      case 'want':
        await store.cache.read([operation.key], { want: true })
        return
      case 'pulse':
        await store.cache.pulse(`p${operation.nth % 2}`, store.now(), 2000)
        await store.cache.lastPulse()
        return
      case 'open':
        return browser && open(browser)
      case 'connect':
        return browser && node && connect(browser, node)
      case 'proceed':
        return session && proceed(session, store.cache)
      case 'write':
        return session && write(session, operation.count)
      case 'cut':
        return browser && cut(browser)
      case 'renew':
        if (session && session.stage !== 'attached')
          await store.cache.interest(session.browser.follows, WATCH)
        return
      case 'refetch':
        // A page may read again at any time; only what it was told to read again, it must.
        return browser && refetch(browser, browser.follows)
      case 'arrive':
        return browser && arrive(browser)
      case 'poll':
        return node && poll(node)
      case 'flush':
        return store.flush()
      case 'lag':
        return store.lag?.()
      case 'failOver':
        return store.failOver?.()
    }
  }

  async function step(operation: Operation): Promise<void> {
    ledger.step()
    await act(operation)
    ledger.check((await store.cache.read(keys)).entries)
  }

  /** Brings to every browser what is in the feed. */
  async function serve(): Promise<void> {
    for (const node of nodes) await poll(node)
    for (const [browser, session] of sessions) {
      while (session.stage !== 'reading') await proceed(session, store.cache)
      write(session, keys.length)
      arrive(browser)
      await refetch(browser, browser.stale.keys())
      arrive(browser)
    }
  }

  /** Daemons work while leases, retries and distances run out; then all that somebody waits for has been built. */
  async function drain(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      if (round > 0) await store.advance(4000)
      for (let passes = 0; (await work(keys.length)) > 0; passes++) {
        if (passes === 20) throw new Error('Workers spin: keys stay due.')
      }
    }
    const { entries } = await store.cache.read(keys)
    ledger.check(entries)
    for (const { key, building } of entries)
      if (building) throw new Error(`${key}: waited for, not fresh, and not due`)
  }

  /** Late loads give their results, all is delivered, everybody is connected. */
  async function settle(): Promise<void> {
    ledger.step()
    for (const builder of builders.splice(0)) if (builder.looked) await commit(builder)
    while (world.bus.length > 0) await deliver(0, 'ack')
    // Before interest is renewed, which would make forgotten keys due again.
    await drain()
    for (const [n, browser] of browsers.entries()) {
      const node = nodes[n % nodes.length]
      const session = sessions.get(browser)
      if (session && session.stage !== 'attached') await store.cache.interest(browser.follows, WATCH)
      else if (node) await connect(browser, node)
    }
    await follow()
  }

  async function follow(): Promise<void> {
    await serve()
    await drain()
    await serve()
    await checkEnd()
  }

  async function checkEnd(): Promise<void> {
    const { now, entries } = await store.cache.read(keys)
    for (const entry of entries) {
      const truth = world.look(entry.key, now).data
      if (!entry.fresh) throw new Error(`${entry.key}: watched, not fresh, and not due`)
      if (entry.data !== truth)
        throw new Error(`${entry.key}: fresh with ${entry.data}, the source has ${truth}`)
      for (const browser of browsers) {
        if (!browser.follows.includes(entry.key)) continue
        const shown = browser.shown.get(entry.key)
        const same = shown?.data === entry.data && shown?.entry.version.offset === entry.version.offset
        if (!same || shown?.entry.version.epoch !== entry.version.epoch || !shown.entry.fresh) {
          throw new Error(
            `${entry.key}: a browser shows ${JSON.stringify(shown)}, the cache has ${JSON.stringify(entry)}`,
          )
        }
      }
    }
  }

  return { step, settle, follow }
}
