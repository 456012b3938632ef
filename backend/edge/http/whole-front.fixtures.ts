import { type AddressInfo, connect, type Socket } from 'node:net'
import { pino } from 'pino'
import { widgetType } from '#widgets/registry.ts'
import { busStore } from '../../bus/bus-store.ts'
import { memoryBus } from '../../bus/memory-bus.ts'
import { memoryCache } from '../../cache/memory-cache.ts'
import { terminal } from '../../changes/change.ts'
import { startDaemon } from '../../daemon.ts'
import { emptyPglite } from '../../db/pglite.fixtures.ts'
import { parseEnv } from '../../env.ts'
import { followHubs } from '../../hubs/follow.ts'
import { hubsRoom } from '../../hubs/hubs.ts'
import { lookUpIn } from '../../hubs/look-up.ts'
import { placer } from '../../hubs/placed.ts'
import { openApiTokens } from '../../hubs/tokens.ts'
import { openEventLog } from '../../ingest/open-event-log.ts'
import { awayStores } from '../../store-watch.ts'
import type { Stores } from '../../stores.ts'
import { openFront } from '../front.ts'
import { authenticator } from './authenticate.ts'
import { clientRule } from './client-address.ts'
import { healthRoutes } from './health.ts'
import { frontServer } from './server.ts'

/** Web and stream on a port of their own, on embedded stores, with the hub `kept` and its one widget `kept-1`. */
export interface WholeFront {
  readonly port: number
  /** What was logged, parsed. */
  readonly lines: Record<string, unknown>[]
  /** A figure of `/metrics`. */
  figure(name: string): Promise<number>
  stop(): Promise<void>
}

export async function openWholeFront(
  variables: Readonly<Record<string, string>> = {},
  // With a daemon beside them they are all of the product but its pages.
  {
    daemon: withDaemon = false,
    ...limits
  }: Pick<Parameters<typeof frontServer>[0], 'bodies'> & {
    readonly daemon?: boolean
  } = {},
): Promise<WholeFront> {
  const stop = new AbortController()
  const { signal } = stop
  const lines: Record<string, unknown>[] = []
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) })
  const env = parseEnv(variables)
  const database = await emptyPglite()
  const cache = memoryCache()
  const bus = await memoryBus({ store: busStore(database.db), log })
  const close = async () => {
    await Promise.allSettled([bus.close(), cache.close()])
    await database.close()
  }
  const checks = { database: database.check, cache: cache.check, bus: database.check }
  const stores: Stores = { database, cache, bus, checks, figures: [], close }
  const secret = 's'.repeat(32)
  const hubs = hubsRoom({ db: database.db, typeOf: widgetType })
  const place = placer({ typeOf: widgetType, secret, secrets: {} })
  const followed = followHubs({ hubs, place, database, log, signal })
  const widget = { type: 'notes', config: { text: 'Hello' }, position: { x: 0, y: 0, w: 4, h: 2 } }
  await hubs.put(
    'kept',
    { title: 'Kept', visibility: 'public', widgets: [{ ...widget, id: 'kept-1' }] },
    { by: terminal },
  )
  await Promise.all([followed.ready, followed.caughtUp()])
  const lacking = new Map<string, string>()
  const logged = openEventLog(database.db)
  const daemon = withDaemon
    ? await startDaemon({ env, stores, followed, eventLog: logged, secrets: {}, lacking, log }, signal)
    : undefined
  const front = frontServer({
    health: healthRoutes({ ready: () => true, away: () => awayStores(checks) }),
    clientOf: clientRule(env.HUBS_PROXIES),
    log,
    ...limits,
  })
  const parts = await openFront({
    ...{ env, secret, stores, hubs, followed, log },
    ...{ lacking, eventLog: logged, origin: 'http://localhost', build: 'b' },
    ...{ lookUp: lookUpIn(followed), draining: () => false },
    figures: [...front.metrics, ...(daemon?.figures ?? [])],
  })
  const running = parts.run(signal)
  front.serve(
    parts.routes,
    authenticator(openApiTokens({ db: database.db, adminToken: env.HUBS_ADMIN_TOKEN })),
  )
  await new Promise<void>((resolve) => front.server.listen(0, '127.0.0.1', resolve))
  const { port } = front.server.address() as AddressInfo
  return {
    port,
    lines,
    async figure(name) {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      return Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1])
    },
    async stop() {
      stop.abort()
      await Promise.all([daemon?.ended, running])
      front.server.closeAllConnections()
      front.server.close()
      await stores.close()
    },
  }
}

/** A plain connection, and what came over it. */
export interface Line {
  readonly socket: Socket
  heard(): string
  /** Resolves with all that came, once it is closed. */
  readonly closed: Promise<string>
}

/** Says `text` on a connection of its own and leaves it open. */
export function say(port: number, text: string | Buffer, options: { allowHalfOpen?: boolean } = {}): Line {
  const socket = connect({ port, host: '127.0.0.1', ...options }).setEncoding('utf8')
  let heard = ''
  socket.on('data', (part: string) => {
    heard += part
  })
  socket.on('error', () => {})
  socket.write(text)
  return {
    socket,
    heard: () => heard,
    closed: new Promise((resolve) => socket.on('close', () => resolve(heard))),
  }
}
