import { setMaxListeners } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { registry, widgetType } from '#widgets/registry.ts'
import { basePathOf } from './base/base-path.ts'
import { openDurations } from './base/durations.ts'
import { localUrl } from './base/local-url.ts'
import { startDaemon } from './daemon.ts'
import { holdDataFolder } from './db/data-folder.ts'
import { openFront } from './edge/front.ts'
import { authenticator } from './edge/http/authenticate.ts'
import { clientRule } from './edge/http/client-address.ts'
import { healthRoutes } from './edge/http/health.ts'
import { openPages } from './edge/http/pages.ts'
import { frontServer } from './edge/http/server.ts'
import type { Env, Role } from './env.ts'
import { appliedSets } from './hubs/applied-sets.ts'
import { commands } from './hubs/commands.ts'
import type { FirstToken } from './hubs/first-token.ts'
import { followHubs } from './hubs/follow.ts'
import { hubsRoom } from './hubs/hubs.ts'
import { lookUpIn } from './hubs/look-up.ts'
import { placer } from './hubs/placed.ts'
import { prepareDatabase } from './hubs/prepare-database.ts'
import { tokensRoom } from './hubs/tokens.ts'
import { eventLog } from './ingest/event-log.ts'
import { findLacking } from './refresh/availability.ts'
import { findSecret } from './secret.ts'
import { type AwayStore, awayStores, type StoreChecks, watchStores } from './store-watch.ts'
import { openStores } from './stores.ts'
import { type StoreDurations, timedStore } from './timed-store.ts'

/** Milliseconds in which what was asked before the end is answered. */
const FINISH_WITHIN = 10_000
/** Connections that may wait to be taken: thousands of streams come back at once after a network was away. */
const BACKLOG = 4_096

const MOST_LISTENERS = 200

export interface Product {
  /** Where it can be reached from this machine. */
  readonly url: string
  /** Made on the very first start, and told to nobody again once it was. */
  readonly firstToken: FirstToken | undefined
  /**
   * Not ready any more; streams are told and end, spread over `HUBS_DRAIN_SECONDS`. What asks who is ready needs time to
   * send clients elsewhere: with `listening` everything else is answered all that while. Then what was begun is finished.
   */
  drain(listening: boolean): Promise<void>
  /** After `stop` was aborted: waits for what was begun and closes the stores. */
  close(): Promise<void>
}

/** Puts the roles of `HUBS_ROLES` together; resolves once all of them run. Everything it starts ends with `stop`. */
export async function openProduct(options: {
  env: Env
  log: Logger
  development: boolean
  /** Folder of the installation. */
  dir: string
  build: string
  stop: AbortController
  /** Something happened after which this process must not go on. */
  onFatal: (error: Error) => void
}): Promise<Product> {
  const { env, log, development, dir, build, stop, onFatal } = options
  const { signal } = stop
  // Every part of the process ends by this one signal. Node takes more than ten who listen for a leak, and says so.
  setMaxListeners(MOST_LISTENERS, signal)
  const has = (role: Role) => env.HUBS_ROLES.includes(role)
  const { secrets } = env
  const origin = env.HUBS_ORIGIN ?? localUrl(env.HOST, env.PORT)
  const basePath = basePathOf(origin)

  let ready = false
  let away = async (): Promise<readonly AwayStore[]> => []
  const front = frontServer({
    health: healthRoutes({ ready: () => ready, away: () => away() }),
    clientOf: clientRule(env.HUBS_PROXIES),
    names: [...(env.HUBS_ORIGIN ? [new URL(env.HUBS_ORIGIN).hostname] : []), ...env.HUBS_HOSTS],
    // Below a path the host name is others' as well, who may not have it all by https.
    secure: basePath === '' && (env.HUBS_ORIGIN?.startsWith('https:') ?? false),
    basePath,
    log,
  })
  const { server } = front
  // First, so that a taken port is told at once and probes are answered while a store is waited for.
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `Port ${env.PORT} on ${env.HOST} is in use. Stop what uses it, or set PORT to another one.`
      reject(error.code === 'EADDRINUSE' ? new Error(taken, { cause: error }) : error)
    })
    server.listen(env.PORT, env.HOST, BACKLOG, resolve)
  })
  const { port } = server.address() as AddressInfo

  let embedOrigins = async (_widgetId: string): Promise<readonly string[] | undefined> => []
  // Opened beside the stores, because each waits for much that the other does not need.
  const pagesOpening = has('web')
    ? openPages({
        server,
        development,
        dir,
        port,
        hostname: env.HOST,
        basePath,
        embedOrigins: (id) => embedOrigins(id),
      })
    : undefined
  pagesOpening?.catch(() => {})

  const folder = env.DATABASE_URL ? undefined : await holdDataFolder(env.HUBS_DATA)
  const secret = await findSecret(env.HUBS_SECRET, env.HUBS_DATA)
  let firstToken: FirstToken | undefined
  const calls: StoreDurations = openDurations({
    name: 'store_call_duration_seconds',
    help: 'Time the cache and the bus took to answer.',
    labels: ['store', 'call', 'outcome'],
  })
  const opened = await openStores({
    env,
    log,
    signal,
    onLost: onFatal,
    async prepare(database) {
      const prepared = await prepareDatabase({
        database,
        secret,
        origin,
        typeOf: widgetType,
        adminToken: env.HUBS_ADMIN_TOKEN,
        takesTokens: has('web'),
      })
      firstToken = prepared.firstToken
    },
  })
  const stores = {
    ...opened,
    cache: timedStore(opened.cache, 'cache', calls),
    bus: timedStore(opened.bus, 'bus', calls),
  }
  const { database } = stores

  const hubs = hubsRoom({ db: database.db, typeOf: widgetType })
  const tokens = tokensRoom({ db: database.db, adminToken: env.HUBS_ADMIN_TOKEN })
  const lacking = await findLacking(Object.values(registry), secrets)
  const followed = followHubs({
    hubs,
    place: placer({ typeOf: widgetType, secret, secrets }),
    listen: database.listen,
    log,
    signal,
  })
  const lookUp = lookUpIn(followed)
  const logged = eventLog(database.db)

  // At once, so that it meets each hub as it is read.
  const checks: StoreChecks = {
    ...stores.checks,
    async database() {
      await stores.checks.database()
      if (followed.away) throw new Error('The changes of hubs cannot be read.')
    },
  }
  away = () => awayStores(checks)
  let why: string | undefined
  void watchStores(checks, log, signal, (found) => {
    const reasons = new Set(found.map(({ reason }) => reason))
    why = reasons.size > 0 ? [...reasons].join(' ') : undefined
  })

  const daemon = has('daemon')
    ? await startDaemon({ env, stores, followed, eventLog: logged, secrets, lacking, log }, signal)
    : undefined
  await followed.ready
  const parts = await openFront({
    env,
    secret,
    stores,
    hubs,
    followed,
    lookUp,
    lacking,
    eventLog: logged,
    origin,
    basePath,
    build,
    figures: [...front.metrics, calls.metric, ...(daemon?.figures ?? [])],
    log,
    signal,
    draining: () => !ready,
    why: () => why,
  })
  embedOrigins = async (id) => {
    const widget = await lookUp(() => followed.widgets.get(id))
    return followed.hubs.get(widget?.hub ?? '')?.embedOrigins
  }
  const pages = await pagesOpening
  if (pages) front.servePages(pages.handle)
  front.serve(parts.routes, authenticator(tokens))
  const changed = (what: Readonly<Record<string, unknown>>) => log.info(what, 'changed by the command line')
  await folder?.serve(commands({ hubs, tokens, applied: appliedSets(database.db), changed }))
  ready = true

  return {
    url: localUrl(env.HOST, port) + basePath,
    firstToken,
    async drain(listening) {
      ready = false
      front.shutdown.begin()
      const lasts = listening ? env.HUBS_DRAIN_SECONDS * 1_000 : 0
      await Promise.all([parts.drain(env.HUBS_DRAIN_SECONDS), setTimeout(lasts)])
      await front.shutdown.finish(FINISH_WITHIN)
    },
    async close() {
      await daemon?.ended
      await pages?.close()
      await stores.close()
      await folder?.release()
    },
  }
}
