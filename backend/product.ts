import { setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Logger } from 'pino'
import { registry, widgetType } from '#widgets/registry.ts'
import { basePathOf } from './base/base-path.ts'
import { localUrl } from './base/local-url.ts'
import { startDaemon } from './daemon.ts'
import { holdDataFolder } from './db/data-folder.ts'
import { openFront } from './edge/front.ts'
import { authenticator } from './edge/http/authenticate.ts'
import { openPort } from './edge/port.ts'
import type { Env, Role } from './env.ts'
import { appliedSets } from './hubs/applied-sets.ts'
import { commands } from './hubs/commands.ts'
import type { FirstApiToken } from './hubs/first-token.ts'
import { type FollowedHubs, followHubs } from './hubs/follow.ts'
import { hubsRoom } from './hubs/hubs.ts'
import { lookUpIn } from './hubs/look-up.ts'
import { placer } from './hubs/placed.ts'
import { prepareDatabase } from './hubs/prepare-database.ts'
import { openApiTokens } from './hubs/tokens.ts'
import { openEventLog } from './ingest/open-event-log.ts'
import { findLacking } from './refresh/availability.ts'
import { findSecret } from './secret.ts'
import { type StoreChecks, type StoreWatch, storeWatch } from './store-watch.ts'
import { openStores, type Stores } from './stores.ts'

/** Milliseconds in which what was asked before the end is answered. */
const FINISH_WITHIN = 10_000

const MOST_LISTENERS = 200

export interface Product {
  /** Where it can be reached from this machine. */
  readonly url: string
  /** Made on the very first start, and told to nobody again once it was. */
  readonly firstApiToken: FirstApiToken | undefined
  /**
   * Not ready any more; streams are told and end, spread over `HUBS_DRAIN_SECONDS`. What asks who is ready needs time to
   * send clients elsewhere: with `listening` everything else is answered all that while. Then what was begun is finished.
   */
  drain(listening: boolean): Promise<void>
  /** After `stop` was aborted: waits for what was begun and closes the stores. */
  close(): Promise<void>
}

interface ProductOptions {
  readonly env: Env
  readonly log: Logger
  readonly development: boolean
  /** Folder of the installation. */
  readonly dir: string
  readonly build: string
  readonly stop: AbortController
  /** Something happened after which this process must not go on. */
  readonly onFatal: (error: Error) => void
}

/** Puts the roles of `HUBS_ROLES` together; resolves once all of them run. Everything it starts ends with `stop`. */
export async function openProduct(options: ProductOptions): Promise<Product> {
  const { env, log, development, dir, build, stop } = options
  const { signal } = stop
  // Every part of the process ends by this one signal. Node takes more than ten who listen for a leak, and says so.
  setMaxListeners(MOST_LISTENERS, signal)
  const { secrets } = env
  const has = (role: Role) => env.HUBS_ROLES.includes(role)
  const origin = env.HUBS_ORIGIN ?? localUrl(env.HOST, env.PORT)
  const basePath = basePathOf(origin)

  // The port first, so that one that is taken is told at once, and probes are answered while a store is waited for.
  let isReady = false
  let watch: StoreWatch | undefined
  let embedOrigins: EmbedOrigins = async () => []
  const { front, port, pages } = await openPort({
    ...{ env, basePath, development, dir, log },
    health: { ready: () => isReady, away: async () => (await watch?.away()) ?? [] },
    embedOrigins: (id) => embedOrigins(id),
  })

  const folder = env.DATABASE_URL ? undefined : await holdDataFolder(env.HUBS_DATA)
  const secret = await findSecret(env.HUBS_SECRET, env.HUBS_DATA)
  const { stores, firstApiToken } = await openPreparedStores(options, { secret, origin })
  const { database } = stores
  const { db } = database

  const hubs = hubsRoom({ db, typeOf: widgetType })
  const tokens = openApiTokens({ db, adminToken: env.HUBS_ADMIN_TOKEN })
  const lacking = await findLacking(Object.values(registry), secrets)
  const followed = followHubs({
    ...{ hubs, database, log, signal },
    place: placer({ typeOf: widgetType, secret, secrets }),
  })
  const lookUp = lookUpIn(followed)
  const events = openEventLog(db)

  watch = storeWatch(checksOf(stores, followed), log)
  const running = [watch.run(signal)]
  // At once, so that its index meets each hub as it is read.
  const daemon = has('daemon')
    ? await startDaemon({ env, stores, followed, eventLog: events, secrets, lacking, log }, signal)
    : undefined
  if (daemon) running.push(daemon.ended)
  await followed.ready
  const shown = await openFront({
    ...{ env, secret, stores, hubs, followed, lookUp, lacking, eventLog: events, origin, basePath, build },
    ...{ log, draining: () => !isReady, why: watch.why },
    figures: [...front.metrics, ...stores.figures, ...(daemon?.figures ?? [])],
  })
  running.push(shown.run(signal))

  // Everything is known by now that a page, a route or a command may ask for.
  embedOrigins = async (id) => {
    const widget = await lookUp(() => followed.widgets.get(id))
    return followed.hubs.get(widget?.hub ?? '')?.embedOrigins
  }
  const opened = await pages
  if (opened) front.servePages(opened.handle)
  front.serve(shown.routes, authenticator(tokens))
  const changed = (what: Readonly<Record<string, unknown>>) => log.info(what, 'changed by the command line')
  await folder?.serve(commands({ hubs, tokens, applied: appliedSets(db), changed }))
  isReady = true

  return {
    url: localUrl(env.HOST, port) + basePath,
    firstApiToken,
    async drain(listening) {
      isReady = false
      front.shutdown.begin()
      const lasts = listening ? env.HUBS_DRAIN_SECONDS * 1_000 : 0
      await Promise.all([shown.drain(env.HUBS_DRAIN_SECONDS), setTimeout(lasts)])
      await front.shutdown.finish(FINISH_WITHIN)
    },
    async close() {
      // The daemon gives its leases back, for which it needs the stores; the folder is another's once they are closed.
      await Promise.all(running)
      await opened?.close()
      await stores.close()
      await folder?.release()
    },
  }
}

type EmbedOrigins = (widgetId: string) => Promise<readonly string[] | undefined>

/** The stores, with a database of this version. */
async function openPreparedStores(
  { env, log, stop, onFatal }: ProductOptions,
  { secret, origin }: { readonly secret: string; readonly origin: string },
): Promise<{ readonly stores: Stores; readonly firstApiToken: FirstApiToken | undefined }> {
  let firstApiToken: FirstApiToken | undefined
  const stores = await openStores({
    env,
    log,
    signal: stop.signal,
    onLost: onFatal,
    async prepare(database) {
      const prepared = await prepareDatabase({
        database,
        secret,
        origin,
        typeOf: widgetType,
        adminToken: env.HUBS_ADMIN_TOKEN,
        takesTokens: env.HUBS_ROLES.includes('web'),
      })
      firstApiToken = prepared.firstApiToken
    },
  })
  return { stores, firstApiToken }
}

/** A database that answers serves nobody while its changes of hubs cannot be read. */
function checksOf({ checks }: Stores, followed: Pick<FollowedHubs, 'away'>): StoreChecks {
  return {
    ...checks,
    async database() {
      await checks.database()
      if (followed.away) throw new Error('The changes of hubs cannot be read.')
    },
  }
}
